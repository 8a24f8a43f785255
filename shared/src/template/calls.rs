//! The statements of a function's calls: each limited to what it is for, by name, and where the service can judge it by tags.
//!
//! Only the unsticker is limited by consent: it acts on its own, while the others act for a stack on that stack's own application.

use std::collections::{BTreeMap, BTreeSet};

use super::arn;
use super::iam::Statement;
use super::value::Value;
use crate::contract::{Function, UNSTICK, UNSTICK_RESTART, permissions};
use crate::lifecycle::{Action, ENABLED, Looks, Scope};

/// Whether the tag is asked for that is consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// By the policy too.
    ByThePolicy,
    /// By the code alone, in an account where the service does not evaluate `aws:ResourceTag`.
    ByTheCode,
}

/// What a call is limited to besides the resource's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Condition {
    /// The application or stack carries the consent. `dry-run` is none: what is only told needs no call.
    Consent,
    /// No tag but the marker is written or removed.
    OnlyTheMarker,
    /// CloudFormation is handed no role, which it would remember.
    NoRole,
}

/// All calls of a function.
pub(super) fn statements(function: Function, prefix: &Value) -> Vec<Statement> {
    limited(permissions(function), prefix, |action| conditions(function, action, Asked::ByThePolicy))
}

/// The calls of the unsticker that take consent, without the policy asking for it.
pub(super) fn without_the_tag(prefix: &Value) -> Vec<Statement> {
    let function = Function::RollbackUnsticker;
    let asks = |action: &Action| conditions(function, *action, Asked::ByThePolicy).contains(&Condition::Consent);
    let calls = permissions(function).into_iter().filter(asks);
    limited(calls, prefix, |action| conditions(function, action, Asked::ByTheCode))
}

fn conditions(function: Function, action: Action, asked: Asked) -> BTreeSet<Condition> {
    let looks = Looks::ALL.actions().any(|look| look == action) || Action::LOOK_AT_STACK.contains(&action);
    // A list of what there is has no resource, and so no tags.
    let looks = looks || action.scope() == Scope::Account;
    let asks = function == Function::RollbackUnsticker && asked == Asked::ByThePolicy && !looks;
    let tags = matches!(action, Action::TagResource | Action::UntagResource);
    let continues = action == Action::ContinueUpdateRollback;
    let all = [(asks, Condition::Consent), (tags, Condition::OnlyTheMarker), (continues, Condition::NoRole)];
    all.into_iter().filter_map(|(holds, condition)| holds.then_some(condition)).collect()
}

fn limited(
    actions: impl IntoIterator<Item = Action>,
    prefix: &Value,
    conditions: impl Fn(Action) -> BTreeSet<Condition>,
) -> Vec<Statement> {
    let mut alike: BTreeMap<(Scope, BTreeSet<Condition>), Vec<Action>> = BTreeMap::new();
    for action in actions {
        alike.entry((action.scope(), conditions(action))).or_default().push(action);
    }
    let statement = |((scope, conditions), actions): ((Scope, BTreeSet<Condition>), Vec<Action>)| {
        let on = match scope {
            Scope::Application => {
                arn::regional("kinesisanalytics", ["application/".into(), prefix.clone(), "*".into()])
            }
            Scope::Stack => arn::regional("cloudformation", ["stack/*/*".into()]),
            Scope::Account => "*".into(),
        };
        let statement = Statement::allow(actions.into_iter().map(Action::iam)).on([on]);
        conditions.into_iter().fold(statement, |statement, condition| condition.limit(statement))
    };
    alike.into_iter().map(statement).collect()
}

impl Condition {
    /// Every key is in the service authorization reference: `aws:ResourceTag` of the resource types application and stack,
    /// `aws:TagKeys` of kinesisanalytics' TagResource and UntagResource, `cloudformation:RoleArn` of ContinueUpdateRollback.
    fn limit(self, statement: Statement) -> Statement {
        match self {
            Self::Consent => statement.only_if("StringEquals", &format!("aws:ResourceTag/{UNSTICK}"), &ENABLED.into()),
            // ForAllValues alone holds for a request without any key.
            Self::OnlyTheMarker => statement
                .only_if("ForAllValues:StringEquals", "aws:TagKeys", &UNSTICK_RESTART.into())
                .only_if("Null", "aws:TagKeys", &"false".into()),
            Self::NoRole => statement.only_if("Null", "cloudformation:RoleArn", &"true".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::resolved::{Resolved, text};
    use super::*;
    use serde_json::Value as Json;

    /// Each action that a policy of `access` grants, with its statement's condition.
    fn granted(id: &str, policies: &str) -> Vec<(String, Json)> {
        let stack = Resolved::with(&super::super::access().unwrap(), &[("IgnoreConsentTag", "true")]);
        let document = stack.properties(id).pointer(policies).unwrap().clone();
        let statements = document["Statement"].as_array().unwrap().clone();
        let each = |one: Json| {
            let actions = one["Action"].as_array().cloned().unwrap_or_else(|| vec![one["Action"].clone()]);
            actions.into_iter().map(move |action| (text(&action), one["Condition"].clone())).collect::<Vec<_>>()
        };
        statements.into_iter().flat_map(each).collect()
    }

    const OWN: &str = "/Policies/0/PolicyDocument";
    const UNSTICKER: &str = "RollbackUnstickerRole";

    #[test]
    fn whatever_the_unsticker_changes_carries_the_consent() {
        let mut asked = 0;
        for (action, condition) in granted(UNSTICKER, OWN) {
            let service = action.split(':').next().unwrap_or_default();
            let looks = ["Describe", "List"].iter().any(|verb| action.contains(&format!(":{verb}")));
            if ["kinesisanalytics", "cloudformation"].contains(&service) && !looks {
                assert_eq!(condition["StringEquals"]["aws:ResourceTag/flink-unstick"], "enabled", "{action}");
                asked += 1;
            }
        }
        assert!(asked >= 6, "{asked}");
    }

    #[test]
    fn no_function_writes_another_tag_than_the_marker_and_an_empty_request_is_none() {
        let roles = ["AutoStartRole", "UpdateGuardRole", UNSTICKER].map(|id| granted(id, OWN));
        let loose = granted("IgnoreConsentTagPolicy", "/PolicyDocument");
        for (action, condition) in roles.into_iter().flatten().chain(loose) {
            if action.ends_with(":TagResource") || action.ends_with(":UntagResource") {
                let keys = &condition["ForAllValues:StringEquals"]["aws:TagKeys"];
                assert_eq!(
                    (keys, &condition["Null"]["aws:TagKeys"]),
                    (&"flink-unstick-restart".into(), &"false".into())
                );
            }
        }
    }

    #[test]
    fn a_rollback_is_continued_without_a_role_also_when_the_tag_is_not_asked_for() {
        for (id, policies) in [(UNSTICKER, OWN), ("IgnoreConsentTagPolicy", "/PolicyDocument")] {
            let all = granted(id, policies);
            let (_, condition) = all.iter().find(|(action, _)| action.ends_with(":ContinueUpdateRollback")).unwrap();
            assert_eq!(condition["Null"]["cloudformation:RoleArn"], "true", "{id}");
            assert!(!all.iter().any(|(action, _)| action.ends_with(":PassRole")), "{id}");
        }
    }

    #[test]
    fn what_is_granted_without_the_tag_is_what_the_tag_is_asked_for() {
        let asking = granted(UNSTICKER, OWN);
        let asking = asking.iter().filter(|(_, one)| one["StringEquals"].is_object()).map(|(action, _)| action.clone());
        let loose = granted("IgnoreConsentTagPolicy", "/PolicyDocument").into_iter().map(|(action, _)| action);
        assert_eq!(loose.collect::<BTreeSet<_>>(), asking.collect());
    }
}
