//! Applications that are not Flink jobs.

use super::*;

#[test]
fn a_notebook_that_no_one_works_in_is_well_and_a_sql_application_is_started_as_it_takes_it() {
    let at_rest = |runtime: &str, operations: &[(&str, OperationStatus, i64)]| {
        let mut seen = application(ApplicationStatus::Ready, operations, &[]);
        seen.runtime = runtime.to_owned();
        why(&scene(StackStatus::CreateComplete, vec![own("CREATE_COMPLETE")], seen))
    };
    let stopped =
        [("StopApplication", OperationStatus::Successful, 5), ("StartApplication", OperationStatus::Successful, 90)];
    for operations in [&[][..], &stopped] {
        let notebook = at_rest("ZEPPELIN-FLINK-3_0", operations);
        assert_eq!((notebook.verdict, notebook.cause.as_str()), (Verdict::Fine, ""), "{notebook:?}");
        assert!(notebook.next[0].ends_with("start-application --application-name orders"), "{notebook:?}");
        assert!(!notebook.describe(Style::Plain).contains("snapshot old"), "{notebook:?}");
    }
    let sql = at_rest("SQL-1_0", &[]);
    assert_eq!(sql.verdict, Verdict::Stuck, "{sql:?}");
    assert!(sql.next[0].contains("SqlRunConfigurations") && !sql.next[0].contains("SNAPSHOT"), "{sql:?}");
    assert!(!sql.describe(Style::Plain).contains("no READY snapshot"), "{sql:?}");
}
