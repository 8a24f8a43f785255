//! Members that take one of a few words. Another one is refused, in AWS's words, with those that are known here.

use super::Params;
use crate::api::ApiResult;
use crate::api::members::unnumbered;
use crate::cloudformation::Status;
use crate::cloudformation::template::invalid;

const BOOLEAN: &[&str] = &["true", "false"];

/// `OnFailure` of AWS may also be `DELETE`, `ChangeSetType` also `IMPORT`, and resources that exist may be imported:
/// none of these is known here. The property values that a change set may include are left out, as AWS leaves out
/// those that it cannot render. A ClientToken is for a retry: made twice, a change set has two IDs here.
const KNOWN: [(&str, &[&str]); 11] = [
    ("Capabilities", &["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]),
    ("ChangeSetType", &["CREATE", "UPDATE"]),
    ("DisableRollback", BOOLEAN),
    ("ForceRollback", BOOLEAN),
    ("ImportExistingResources", &["false"]),
    ("IncludeNestedStacks", BOOLEAN),
    ("IncludePropertyValues", BOOLEAN),
    ("OnFailure", &["DO_NOTHING", "ROLLBACK"]),
    ("Parameters.UsePreviousValue", BOOLEAN),
    ("TemplateStage", &["Original", "Processed"]),
    ("UsePreviousTemplate", BOOLEAN),
];

/// Whether each word is one of those.
///
/// # Errors
/// ValidationError.
pub(super) fn check(params: &Params) -> ApiResult<()> {
    for (name, value) in params {
        let member = unnumbered(name);
        let known = KNOWN.iter().find(|(known, _)| *known == member).map(|(_, words)| words.join(", "));
        let is_known = match &known {
            // An empty list.
            _ if value.is_empty() => true,
            Some(words) => words.split(", ").any(|word| word == value),
            None => member != "StackStatusFilter" || Status::named(value).is_some(),
        };
        if !is_known {
            let words = known.unwrap_or_else(|| "the statuses of stacks".to_owned());
            return Err(invalid(format!(
                "1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint: Member must \
                 satisfy enum value set: [{words}]"
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn another_word_than_the_known_ones_is_refused() {
        for (name, word) in [
            ("DisableRollback", "yes"),
            ("OnFailure", "DELETE"),
            ("ChangeSetType", "IMPORT"),
            ("ImportExistingResources", "true"),
            ("Capabilities.member.1", "CAPABILITY_ALL"),
            ("Parameters.member.2.UsePreviousValue", "True"),
            ("StackStatusFilter.member.1", "UPDATED"),
        ] {
            let refused = check(&[(name.to_owned(), word.to_owned())].into()).unwrap_err();
            assert!(refused.message.contains(&format!("Value '{word}' at '{name}'")), "{refused}");
        }
        let known = [("OnFailure", "ROLLBACK"), ("StackStatusFilter.member.1", "UPDATE_FAILED"), ("StackName", "any")];
        check(&known.map(|(name, word)| (name.to_owned(), word.to_owned())).into()).unwrap();
    }
}
