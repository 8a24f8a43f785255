//! What the job reads. This is the one place: the application is created with it, the handler keeps it there, and a
//! developer's machine gets the same.

use crate::flink::PropertyGroup;

/// What is known of the stack when the job's properties are written: expressions in the template, strings on a
/// developer's machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobNames<V> {
    /// The name of the stream that the job reads.
    pub stream: V,
    /// The name of the table that the job writes.
    pub table: V,
    /// The region that stream and table are in.
    pub region: V,
}

impl<V: From<&'static str>> JobNames<V> {
    /// The job's property groups. A new property is a line here; what differs between environments is a parameter of
    /// the template, with a value in each file of `template/environments/`.
    #[must_use]
    pub fn groups(self) -> Vec<PropertyGroup<V>> {
        vec![PropertyGroup {
            id: V::from("FlinkApplicationProperties"),
            map: [
                ("stream.name".to_owned(), self.stream),
                ("table.name".to_owned(), self.table),
                ("aws.region".to_owned(), self.region),
            ]
            .into(),
        }]
    }
}
