//! The configuration digest: what makes CloudFormation call a custom resource after any change of the application.
//!
//! CloudFormation calls a custom resource only when its own properties change, and a program that writes templates
//! cannot know what a parameter will be. So the digest is an intrinsic: a literal hash of everything that is sent, and
//! beside it each reference in it, resolved by CloudFormation itself.

use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use std::fmt::Write;

use super::document::sorted;
use super::references::references;
use super::resource::Handle;
use super::value::Value;

/// The digest of `sent`: what UpdateApplication, the logging option and the property groups send. A reference to the
/// application is left out: the resource that carries the digest names the application, or the application depends on
/// it.
#[must_use]
pub fn configuration_digest<A>(application: &Handle<A>, sent: impl IntoIterator<Item = Json>) -> Value {
    let sent = sorted(Json::Array(sent.into_iter().collect()));
    let hash = Sha256::digest(sent.to_string()).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    // Account, region and partition are the stack's for as long as it lives.
    let others = references(&sent)
        .into_iter()
        .filter(|reference| reference.target() != Some(application.id()) && !reference.is_pseudo());
    let resolved = others.map(|reference| Value::from(reference.expression()));
    // A delimiter that no name contains: "a" then "bc" is not "ab" then "c".
    Value::join("|", &std::iter::once(hash.into()).chain(resolved).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn digest(sent: Json) -> Json {
        configuration_digest(&Handle::<()>::named("Application"), [sent]).as_json().clone()
    }

    #[test]
    fn references_stand_beside_the_hash_except_to_the_application() {
        let json =
            digest(json!({"A": {"Ref": "Application"}, "B": {"Ref": "JarKey"}, "C": {"Fn::Sub": "x${Role.Arn}"}}));
        let parts = json["Fn::Join"][1].as_array().unwrap();
        assert_eq!(parts[0].as_str().unwrap().len(), 64);
        assert_eq!(parts[1..], [json!({"Ref": "JarKey"}), json!({"Fn::GetAtt": ["Role", "Arn"]})]);
    }

    #[test]
    fn a_changed_literal_is_another_hash() {
        assert_ne!(digest(json!({"CheckpointInterval": 60_000})), digest(json!({"CheckpointInterval": 60_001})));
    }

    #[test]
    fn the_order_of_writing_does_not_matter() {
        assert_eq!(digest(json!({"A": 1, "B": 2})), digest(json!({"B": 2, "A": 1})));
    }
}
