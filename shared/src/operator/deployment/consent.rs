//! What a deployment needs consent for, and whether it may go on where no person can be asked.

use super::super::origin::HOLDS_NOTHING;
use super::super::permissions::{PermissionChange, Reach};
use super::super::plan::{Change, Effect, Outlook, Plan};

/// What a deployment would do to one stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackChanges {
    /// The name of the stack that changes.
    pub stack: String,
    /// The resources that change, or may.
    pub changes: Vec<Change>,
    /// What it changes in who may do what.
    pub permissions: Vec<PermissionChange>,
    /// For the application's stack, what becomes of the job.
    pub plan: Option<Plan>,
}

/// What the question says, and who must answer it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// What speaks for a second look, a phrase each.
    pub risks: Vec<String>,
    /// Whether it goes on without a question only with `--yes`.
    pub needs_yes: bool,
    /// Whether a person types the stack's name, and not only `y`: the state is lost, or the application replaced.
    pub needs_name: bool,
}

/// Weighs what the stacks of a deployment would go through.
#[must_use]
pub fn consent(all: &[StackChanges]) -> Consent {
    let mut risks = Vec::new();
    for (reach, words) in [(Reach::Broader, "broadens permissions"), (Reach::CannotTell, "may broaden permissions")] {
        let many = all.iter().flat_map(|one| &one.permissions).filter(|one| one.reach == reach).count();
        if many > 0 {
            risks.push(format!("{words} in {many} place{}", if many == 1 { "" } else { "s" }));
        }
    }
    let named = |stack: &StackChanges, effect: Effect| -> Vec<String> {
        let of_it = stack.changes.iter().filter(|one| one.effect == effect);
        let holds =
            of_it.filter(|one| effect == Effect::Replace || !HOLDS_NOTHING.contains(&one.resource_type.as_str()));
        holds.map(|one| one.logical_id.clone()).collect()
    };
    for stack in all {
        for (effect, verb) in [(Effect::Replace, "replaces"), (Effect::Remove, "deletes")] {
            let ids = named(stack, effect);
            if !ids.is_empty() {
                risks.push(format!("{verb} {} of {}", ids.join(", "), stack.stack));
            }
        }
    }
    let plans = || all.iter().filter_map(|one| one.plan.as_ref());
    let loses = plans().any(|plan| plan.state.outlook == Outlook::AtRisk);
    for plan in plans() {
        match plan.outlook {
            Outlook::Fails => risks.push("will not go through as it is".to_owned()),
            Outlook::AtRisk => risks.push("loses something, or reads it again".to_owned()),
            Outlook::CannotTell => risks.push("cannot tell everything before it happens".to_owned()),
            Outlook::Nothing | Outlook::GoesThrough => {}
        }
    }
    let needs_yes = !risks.is_empty();
    if plans().any(|plan| plan.restarts > 0) {
        risks.push("restarts the job".to_owned());
    }
    let is_application = |one: &&Change| one.resource_type == "AWS::KinesisAnalyticsV2::Application";
    let replaces = all.iter().flat_map(|one| one.changes.iter().filter(is_application));
    let needs_name = loses || replaces.into_iter().any(|one| one.effect == Effect::Replace);
    Consent { risks, needs_yes, needs_name }
}

#[cfg(test)]
mod tests {
    use super::super::super::permissions::{Grant, Sign, Subject};
    use super::*;

    fn change(id: &str, kind: &str, effect: Effect) -> Change {
        Change { logical_id: id.into(), resource_type: kind.into(), effect, properties: Vec::new() }
    }

    fn permission(reach: Reach) -> PermissionChange {
        PermissionChange {
            reach,
            sign: Sign::Added,
            owner: "Role".into(),
            subject: Subject::Permission,
            grant: Grant::Allow,
            principal: Vec::new(),
            action: vec!["s3:GetObject".into()],
            resource: vec!["*".into()],
            condition: Vec::new(),
            before: None,
        }
    }

    fn stack(changes: Vec<Change>, reach: &[Reach], outlook: Outlook) -> StackChanges {
        let plan = Plan { outlook, ..Plan::without_comparison("orders", outlook, "") };
        let permissions = reach.iter().map(|reach| permission(*reach)).collect();
        StackChanges { stack: "orders".into(), changes, permissions, plan: Some(plan) }
    }

    #[test]
    fn what_is_harmless_goes_on_without_a_question() {
        let alarm = change("Alarm", "AWS::CloudWatch::Alarm", Effect::Remove);
        let code = change("Application", "AWS::KinesisAnalyticsV2::Application", Effect::Modify);
        let found = consent(&[stack(vec![alarm, code], &[Reach::Narrower, Reach::Same], Outlook::GoesThrough)]);
        assert_eq!(found, Consent { risks: Vec::new(), needs_yes: false, needs_name: false });
    }

    #[test]
    fn broader_permissions_replacements_and_losses_need_a_yes() {
        let table = change("Table", "AWS::DynamoDB::Table", Effect::Remove);
        for (stack, words) in [
            (stack(Vec::new(), &[Reach::Broader], Outlook::GoesThrough), "broadens permissions in 1 place"),
            (stack(Vec::new(), &[Reach::CannotTell; 2], Outlook::GoesThrough), "may broaden permissions in 2 places"),
            (stack(vec![table], &[], Outlook::GoesThrough), "deletes Table of orders"),
            (stack(Vec::new(), &[], Outlook::AtRisk), "loses something, or reads it again"),
            (stack(Vec::new(), &[], Outlook::Fails), "will not go through as it is"),
        ] {
            let found = consent(&[stack]);
            assert_eq!((found.needs_yes, found.needs_name), (true, false), "{words}");
            assert_eq!(found.risks, [words]);
        }
    }

    #[test]
    fn a_replaced_application_and_lost_state_want_the_name() {
        let replaced = change("Application", "AWS::KinesisAnalyticsV2::Application", Effect::Replace);
        assert!(consent(&[stack(vec![replaced], &[], Outlook::GoesThrough)]).needs_name);
        let mut lost = stack(Vec::new(), &[], Outlook::AtRisk);
        if let Some(plan) = &mut lost.plan {
            plan.state.outlook = Outlook::AtRisk;
        }
        assert!(consent(&[lost]).needs_name);
    }
}
