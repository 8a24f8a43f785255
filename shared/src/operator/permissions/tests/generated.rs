//! Generated policies: another spelling makes no difference, and one atom more is one row.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::*;

/// A statement as lists: effect, actions, resources, the values of a condition.
#[derive(Debug, Clone)]
struct Statement {
    effect: &'static str,
    actions: Vec<&'static str>,
    resources: Vec<&'static str>,
    accounts: Vec<u32>,
}

prop_compose! {
    fn statement_of()(
        effect in select(vec!["Allow", "Deny"]),
        actions in subsequence(vec!["s3:GetObject", "s3:PutObject", "sqs:SendMessage", "kms:*"], 1..=4),
        resources in subsequence(vec!["arn:aws:s3:::a", "arn:aws:s3:::b/*", "*"], 1..=3),
        accounts in subsequence(vec![1_u32, 2, 3], 0..=3),
    ) -> Statement {
        Statement { effect, actions, resources, accounts }
    }
}

/// How one statement is written: turned by so many, one-item lists as texts, split at its actions, quoted, shouted.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is a way of writing that another one does not decide")]
struct Style {
    turn: usize,
    is_single: bool,
    is_split: bool,
    is_quoted: bool,
    is_loud: bool,
}

prop_compose! {
    fn style()(turn in 0..4_usize, is_single: bool, is_split: bool, is_quoted: bool, is_loud: bool) -> Style {
        Style { turn, is_single, is_split, is_quoted, is_loud }
    }
}

fn list(mut all: Vec<Json>, style: Style) -> Json {
    let turn = style.turn % all.len();
    all.rotate_left(turn);
    if style.is_single && all.len() == 1 { all.remove(0) } else { all.into() }
}

fn written(statement: &Statement, style: Style, index: usize) -> Vec<Json> {
    let spell = |action: &&str| if style.is_loud { action.to_ascii_uppercase() } else { (*action).to_owned() };
    let actions: Vec<Json> = statement.actions.iter().map(spell).map(Json::from).collect();
    let groups: Vec<Vec<Json>> =
        if style.is_split { actions.into_iter().map(|one| vec![one]).collect() } else { vec![actions] };
    let number = |account: &u32| if style.is_quoted { json!(account.to_string()) } else { json!(account) };
    let one = |(part, actions): (usize, Vec<Json>)| {
        let resources = statement.resources.iter().map(|one| json!(one)).collect();
        let mut json = json!({"Sid": format!("s{index}x{part}"), "Effect": statement.effect,
            "Action": list(actions, style), "Resource": list(resources, style)});
        if !statement.accounts.is_empty() {
            let accounts = list(statement.accounts.iter().map(number).collect(), style);
            let key = if style.is_loud { "AWS:SOURCEACCOUNT" } else { "aws:SourceAccount" };
            json["Condition"] = json!({"StringEquals": {key: accounts}});
        }
        json
    };
    groups.into_iter().enumerate().map(one).collect()
}

fn document(statements: &[Statement], styles: &[Style]) -> Json {
    let all = statements.iter().zip(styles.iter().cycle()).enumerate();
    let mut all: Vec<Json> = all.flat_map(|(index, (one, style))| written(one, *style, index)).collect();
    if !all.is_empty() {
        let turn = styles[0].turn % all.len();
        all.rotate_right(turn);
    }
    all.into()
}

proptest! {
    #[test]
    fn how_a_policy_is_written_is_no_difference(
        statements in prop::collection::vec(statement_of(), 0..4),
        styles in prop::collection::vec(style(), 4),
        others in prop::collection::vec(style(), 4),
    ) {
        let (old, new) = (document(&statements, &styles), document(&statements, &others));
        prop_assert_eq!(rows(role(&old), role(&new)), Vec::<String>::new());
    }

    #[test]
    fn one_atom_more_is_one_row_and_the_way_back_another(
        statements in prop::collection::vec(statement_of(), 0..4),
        styles in prop::collection::vec(style(), 4),
        others in prop::collection::vec(style(), 4),
        effect in select(vec!["Allow", "Deny"]),
    ) {
        let more = Statement { effect, actions: vec!["iam:PassRole"], resources: vec!["arn:aws:iam::1:role/r"], accounts: vec![] };
        let all: Vec<Statement> = statements.iter().cloned().chain([more]).collect();
        let (old, new) = (document(&statements, &styles), document(&all, &others));
        let there = rows(role(&old), role(&new)).concat().to_ascii_lowercase();
        let reach = if effect == "Allow" { "Broader" } else { "Narrower" };
        prop_assert_eq!(there, format!("{reach} Added Role Permission {effect}: iam:PassRole; arn:aws:iam::1:role/r").to_ascii_lowercase());
        let back = rows(role(&new), role(&old)).concat().to_ascii_lowercase();
        let reach = if effect == "Allow" { "Narrower" } else { "Broader" };
        prop_assert_eq!(back, format!("{reach} Removed Role Permission {effect}: iam:PassRole; arn:aws:iam::1:role/r").to_ascii_lowercase());
    }
}
