//! Changes of permissions: a table where it fits, otherwise a block for each.

use super::super::line::Colour;
use super::super::permissions::{AccessChange, Field, Grant, PermissionChange, Sign, Subject};
use super::text::{Canvas, LABEL, Line};

/// Narrower than this, and without a terminal, a row is a block.
const TABLE: usize = 80;
/// The column of sign and reach.
const REACH: usize = 15;
/// The space between two columns.
const GAP: usize = 2;

/// The columns after the first: owners, actions, and what they are for.
#[derive(Clone, Copy)]
struct Columns {
    owner: usize,
    action: usize,
    on: usize,
}

/// A table in which no owner and no action is broken; `None` when it does not fit.
fn columns(rows: &[PermissionChange], width: usize) -> Option<Columns> {
    let longest = |texts: &mut dyn Iterator<Item = &String>| texts.map(|text| text.chars().count()).max().unwrap_or(0);
    let owner = longest(&mut rows.iter().map(|row| &row.owner)) + GAP;
    let room = width.checked_sub(REACH + owner)?;
    let action = room * 2 / 5;
    let whole = longest(&mut rows.iter().flat_map(|row| &row.action)) + 1 + GAP;
    (whole <= action).then_some(Columns { owner, action, on: room - action })
}

fn colour(reach: AccessChange) -> Option<Colour> {
    match reach {
        AccessChange::Broader => Some(Colour::Red),
        AccessChange::CannotTell => Some(Colour::Yellow),
        AccessChange::Narrower => Some(Colour::Green),
        AccessChange::Same => None,
    }
}

/// `+ broader`: a sign, and a word.
fn verdict(row: &PermissionChange) -> String {
    let sign = match row.sign {
        Sign::Added => '+',
        Sign::Changed => '~',
        Sign::Undecided => '?',
        Sign::Removed => '-',
    };
    let word = match row.reach {
        AccessChange::Broader => "broader",
        AccessChange::CannotTell => "cannot tell",
        AccessChange::Narrower => "narrower",
        AccessChange::Same => "as before",
    };
    format!("{sign} {word}")
}

fn subject(row: &PermissionChange) -> &'static str {
    match (row.subject, row.grant) {
        (Subject::Permission | Subject::Trust | Subject::ResourcePolicy, Grant::Allow) => "Allow",
        (Subject::Permission | Subject::Trust | Subject::ResourcePolicy, Grant::Deny) => "Deny",
        (Subject::ManagedPolicy, _) => "managed policy",
        (Subject::Boundary, _) => "boundary",
        (Subject::Path, _) => "path",
        (Subject::Unresolved, _) => "cannot be read",
    }
}

/// The fields of a row with their names, those that say something.
fn fields(row: &PermissionChange) -> Vec<(&'static str, String)> {
    let was = row.before.as_ref();
    let old = was.map(|before| match before.texts.as_slice() {
        [] => "was none".to_owned(),
        texts => format!("was {}", texts.join(", ")),
    });
    let with = |field: Field, texts: &[String]| {
        let old = old.as_ref().filter(|_| was.is_some_and(|before| before.field == field));
        let new = if texts.is_empty() && old.is_some() { "none".to_owned() } else { texts.join(", ") };
        match old {
            Some(old) => format!("{new}; {old}"),
            None => new,
        }
    };
    let all = [
        ("to", with(Field::Principal, &row.principal)),
        ("on", with(Field::Resource, &row.resource)),
        ("if", with(Field::Condition, &row.condition)),
    ];
    all.into_iter().filter(|(_, text)| !text.is_empty()).collect()
}

/// The rows, under their heading; nothing when there are none.
pub(super) fn lines(rows: &[PermissionChange], canvas: Canvas) -> Vec<Line> {
    if rows.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![Line::coloured(Colour::Bold, "permissions")];
    match canvas.width.filter(|width| *width >= TABLE).and_then(|width| columns(rows, width)) {
        Some(columns) => rows.iter().for_each(|row| lines.extend(cells(row, columns))),
        None => rows.iter().for_each(|row| lines.extend(block(row))),
    }
    lines
}

/// Each row as one text, for an answer that is read and piped.
pub(in crate::operator) fn permission_lines(rows: &[PermissionChange]) -> Vec<String> {
    let fields = |row: &PermissionChange| {
        fields(row).into_iter().map(|(label, text)| format!(" {label} {text}")).collect::<Vec<_>>().concat()
    };
    let words = |row: &PermissionChange| format!("{} {}", subject(row), row.action.join(", ")).trim_end().to_owned();
    rows.iter().map(|row| format!("{}: {} {}{}", verdict(row), row.owner, words(row), fields(row))).collect()
}

fn painted(reach: AccessChange, text: &str) -> Line {
    match colour(reach) {
        Some(colour) => Line::coloured(colour, text),
        None => Line::of(text),
    }
}

fn block(row: &PermissionChange) -> Vec<Line> {
    let labelled = |label: &str, text: &str| Line::of(&format!("  {label:<8}{text}")).indented(LABEL);
    let mut lines = vec![painted(row.reach, &verdict(row)).then(&format!("  {}", row.owner)).indented(LABEL)];
    lines.push(labelled(subject(row), &row.action.join(", ")));
    lines.extend(fields(row).iter().map(|(label, text)| labelled(label, text)));
    lines
}

/// One row of the table: as many lines as its highest cell.
fn cells(row: &PermissionChange, columns: Columns) -> Vec<Line> {
    let Columns { owner, action, on } = columns;
    let what = folded(format!("{} {}", subject(row), row.action.join(", ")).trim_end(), action - GAP);
    let fields = fields(row).into_iter();
    let on: Vec<String> = fields.flat_map(|(label, text)| folded(&format!("{label} {text}"), on)).collect();
    let cell = |cells: &[String], at: usize| cells.get(at).cloned().unwrap_or_default();
    (0..what.len().max(on.len()))
        .map(|at| {
            let (first, name) = if at == 0 { (verdict(row), row.owner.as_str()) } else { (String::new(), "") };
            let (what, on) = (cell(&what, at), cell(&on, at));
            painted(row.reach, &format!("{first:<REACH$}")).then(&format!("{name:<owner$}{what:<action$}{on}"))
        })
        .collect()
}

/// A text in a column: at spaces where there are any.
fn folded(text: &str, width: usize) -> Vec<String> {
    let plain = Canvas { width: Some(width), style: super::super::line::Style::Plain };
    plain.wrap(&[Line::of(text)])
}
