//! The statements of a function's calls: each limited to what it is for, by name, and where the service can judge it by
//! tags.
//!
//! Only the unsticker is limited by consent: it acts on its own, while the others act for a stack on that stack's own
//! application.

use std::collections::{BTreeMap, BTreeSet};

use crate::contract::{Function, UNSTICK, UNSTICK_RESTART, permissions};
use crate::lifecycle::{Action, ActionScope, ENABLED, Reads};
use crate::template::cloudformation::resource::Condition as Test;
use crate::template::cloudformation::resource::Handle;
use crate::template::resources::arn;
use crate::template::resources::iam::Statement;
use crate::template::stacks::name_prefixes::NamePrefixes;

/// What a call is limited to besides the resource's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum TagCondition {
    /// The application or stack carries the consent. `dry-run` is none: a report needs no call.
    Consent,
    /// No tag but the marker is written or removed.
    OnlyTheMarker,
    /// CloudFormation is handed no role, which it would remember.
    NoRole,
}

/// All calls of a function. Where `ignores_tag` holds, the unsticker's own check is all that asks for consent: for an
/// account where the service does not evaluate `aws:ResourceTag`.
pub(in crate::template) fn statements(
    function: Function,
    prefixes: &NamePrefixes,
    ignores_tag: &Handle<Test>,
) -> Vec<Statement> {
    let mut alike: BTreeMap<(ActionScope, BTreeSet<TagCondition>), Vec<Action>> = BTreeMap::new();
    for action in permissions(function) {
        alike.entry((action.scope(), conditions(function, action))).or_default().push(action);
    }
    let statement = |((scope, conditions), actions): ((ActionScope, BTreeSet<TagCondition>), Vec<Action>)| {
        let on = match scope {
            ActionScope::Application => prefixes.arns(&[arn::regional("kinesisanalytics", ["application/".into()])]),
            ActionScope::Stack => arn::regional("cloudformation", ["stack/*/*".into()]),
            ActionScope::Account => "*".into(),
        };
        let statement = Statement::allow(actions.into_iter().map(Action::iam)).on([on]);
        conditions.into_iter().fold(statement, |statement, condition| condition.limit(statement, ignores_tag))
    };
    alike.into_iter().map(statement).collect()
}

fn conditions(function: Function, action: Action) -> BTreeSet<TagCondition> {
    let looks = Reads::ALL.actions().any(|look| look == action) || Action::LOOK_AT_STACK.contains(&action);
    // A list of what there is has no resource, and so no tags.
    let looks = looks || action.scope() == ActionScope::Account;
    let asks = function == Function::RollbackUnsticker && !looks;
    let tags = matches!(action, Action::TagResource | Action::UntagResource);
    let continues = action == Action::ContinueUpdateRollback;
    let all = [(asks, TagCondition::Consent), (tags, TagCondition::OnlyTheMarker), (continues, TagCondition::NoRole)];
    all.into_iter().filter_map(|(holds, condition)| holds.then_some(condition)).collect()
}

impl TagCondition {
    /// Every key is in the service authorization reference: `aws:ResourceTag` of the resource types application and
    /// stack, `aws:TagKeys` of kinesisanalytics' TagResource and UntagResource, `cloudformation:RoleArn` of
    /// ContinueUpdateRollback.
    fn limit(self, statement: Statement, ignores_tag: &Handle<Test>) -> Statement {
        match self {
            Self::Consent => {
                let key = format!("aws:ResourceTag/{UNSTICK}");
                statement.only_if_unless(ignores_tag, "StringEquals", &key, &ENABLED.into())
            }
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
    use crate::template::cloudformation::resolved::{ResolvedTemplate, text};
    use serde_json::Value as Json;

    /// Each action that a role of `access` is granted, with its statement's condition.
    fn granted(id: &str, ignores_tag: &str) -> Vec<(String, Json)> {
        let stack = ResolvedTemplate::with(&crate::template::access().unwrap(), &[("IgnoreConsentTag", ignores_tag)]);
        let document = stack.properties(id).pointer("/Policies/0/PolicyDocument").unwrap().clone();
        let statements = document["Statement"].as_array().unwrap().clone();
        let each = |one: Json| {
            let actions = one["Action"].as_array().cloned().unwrap_or_else(|| vec![one["Action"].clone()]);
            actions.into_iter().map(move |action| (text(&action), one["Condition"].clone())).collect::<Vec<_>>()
        };
        statements.into_iter().flat_map(each).collect()
    }

    const UNSTICKER: &str = "RollbackUnstickerRole";

    #[test]
    fn whatever_the_unsticker_changes_carries_the_consent() {
        let mut asked = 0;
        for (action, condition) in granted(UNSTICKER, "false") {
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
        let roles = ["AutoStartRole", "UpdateGuardRole", UNSTICKER];
        let all = roles.into_iter().flat_map(|id| ["false", "true"].map(|ignores_tag| granted(id, ignores_tag)));
        for (action, condition) in all.flatten() {
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
        for ignores_tag in ["false", "true"] {
            let all = granted(UNSTICKER, ignores_tag);
            let (_, condition) = all.iter().find(|(action, _)| action.ends_with(":ContinueUpdateRollback")).unwrap();
            assert_eq!(condition["Null"]["cloudformation:RoleArn"], "true", "{ignores_tag}");
            assert!(!all.iter().any(|(action, _)| action.ends_with(":PassRole")), "{ignores_tag}");
        }
    }

    #[test]
    fn without_the_tag_the_same_is_granted_and_the_tag_alone_is_not_asked_for() {
        let (asking, loose) = (granted(UNSTICKER, "false"), granted(UNSTICKER, "true"));
        assert_eq!(asking.len(), loose.len());
        for ((action, mut asked), (same, without)) in asking.into_iter().zip(loose) {
            assert_eq!(action, same);
            assert!(without.get("StringEquals").is_none(), "{action}");
            if let Some(members) = asked.as_object_mut() {
                members.remove("StringEquals");
            }
            let nothing = |condition: &Json| condition.as_object().is_none_or(serde_json::Map::is_empty);
            assert!(asked == without || nothing(&asked) && nothing(&without), "{action}");
        }
    }
}
