//! Our own templates, changed in one place.

use super::*;

fn committed(name: &str) -> Json {
    let all = crate::template::synthesize().unwrap();
    let (_, text) = all.into_iter().find(|(file, _)| *file == name).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The rows of a change of the role of the application's stack.
fn changed(change: impl FnOnce(&mut Json)) -> Vec<String> {
    let old = committed("application.template.json");
    let mut new = old.clone();
    change(&mut new["Resources"]["ApplicationRole"]["Properties"]);
    rows(old, new)
}

#[test]
fn no_template_of_ours_differs_from_itself() {
    for (name, text) in crate::template::synthesize().unwrap() {
        let template: Json = serde_json::from_str(&text).unwrap();
        assert_eq!(rows(template.clone(), template), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn taking_the_boundary_away_is_broader() {
    let found = changed(|role| {
        role.as_object_mut().unwrap().remove("PermissionsBoundary");
    });
    assert!(found.len() == 1 && found[0].starts_with("Broader Removed ApplicationRole Boundary"), "{found:?}");
    let found = changed(|role| role["PermissionsBoundary"] = json!("arn:aws:iam::aws:policy/AdministratorAccess"));
    assert!(found.len() == 1 && found[0].starts_with("Broader Changed ApplicationRole Boundary"), "{found:?}");
}

#[test]
fn one_action_more_is_one_row_with_that_action() {
    let found = changed(|role| {
        let statement = &mut role["Policies"][0]["PolicyDocument"]["Statement"][0];
        let more = json!([statement["Action"].clone(), "iam:PassRole"]);
        statement["Action"] = if let Json::Array(mut all) = more[0].clone() {
            all.push(more[1].clone());
            all.into()
        } else {
            more
        };
    });
    assert!(found.len() == 1, "{found:?}");
    let expected = "Broader Added ApplicationRole Permission Allow: iam:PassRole; ";
    assert!(found[0].starts_with(expected), "{found:?}");
}

#[test]
fn a_principal_that_is_added_is_one_row_with_that_principal() {
    let found = changed(|role| {
        role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["AWS"] = json!("444455556666");
    });
    let row =
        |row: &String| row.starts_with("Broader Added ApplicationRole Trust Allow: AWS: 444455556666; sts:AssumeRole");
    assert!(found.len() == 1 && row(&found[0]), "{found:?}");
}

#[test]
fn another_path_is_said_though_only_policies_of_others_know_what_it_means() {
    let found = changed(|role| role["Path"] = json!("/other/"));
    assert!(found.iter().any(|row| row.starts_with("CannotTell Changed ApplicationRole Path")), "{found:?}");
}

#[test]
fn of_a_new_stack_all_that_it_allows_is_listed_with_its_resources() {
    let found = permissions(&proposal(None, committed("access.template.json")));
    assert!(found.iter().all(|row| row.sign == Sign::Added), "{found:?}");
    let all: Vec<String> = found.iter().map(line).collect();
    assert!(!all.concat().contains("Fn::Split"), "{all:#?}");
    assert!(
        all.iter().any(|row| row.starts_with("Broader Added AutoStartRole Trust Allow: Service: lambda")),
        "{all:#?}"
    );
    let queue = all.iter().find(|row| row.contains("DeadLetterQueue ResourcePolicy"));
    assert!(queue.is_some_and(|row| row.contains("Deny") || row.contains("Allow")), "{all:#?}");
}
