//! `Fn::Sub`, `Fn::Join`, `Fn::Select` and `Fn::FindInMap`.

use serde_json::{Map, Value, json};

use super::syntax::pair;
use super::{Piece, Resolved, Scope, pieces};
use crate::cloudformation::template::parameters::as_text;

impl Scope<'_> {
    pub(super) fn substitute(&self, argument: &Value) -> Result<String, String> {
        let (text, own) = match argument {
            Value::String(text) => (text.as_str(), Map::new()),
            Value::Array(parts) => match parts.as_slice() {
                [Value::String(text), Value::Object(own)] => (text.as_str(), own.clone()),
                _ => return Err("Template error: Fn::Sub takes a string, or a string and a map".to_owned()),
            },
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => {
                return Err(
                    "Template error: One or more Fn::Sub intrinsic functions don't specify expected arguments."
                        .to_owned(),
                );
            }
        };
        let mut result = String::new();
        for piece in pieces(text) {
            match piece {
                Piece::Text(text) => result.push_str(text),
                Piece::Name(name) => match own.get(name) {
                    Some(value) => result.push_str(&self.text(value)?),
                    None => result.push_str(&self.named(name)?),
                },
            }
        }
        Ok(result)
    }

    pub(super) fn named(&self, name: &str) -> Result<String, String> {
        if let Some((id, attribute)) = name.split_once('.') {
            return Ok(as_text(&self.attribute(id, attribute)?));
        }
        let value = self.reference(name)?;
        Ok(value.as_ref().map(as_text).unwrap_or_default())
    }

    pub(super) fn join(&self, argument: &Value) -> Resolved {
        let [separator, list] = pair("Fn::Join", argument)?;
        let items = self.resolve(&list)?.unwrap_or_default();
        let items = items.as_array().ok_or("Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings")?;
        if items.iter().any(Value::is_object) {
            return Err("Template error: every item of a Fn::Join list must be a string".to_owned());
        }
        let texts: Vec<_> = items.iter().map(as_text).collect();
        Ok(Some(json!(texts.join(&self.text(&separator)?))))
    }

    pub(super) fn select(&self, argument: &Value) -> Resolved {
        let [index, list] = pair("Fn::Select", argument)?;
        let index = self.text(&index)?;
        let list = self.resolve(&list)?.unwrap_or_default();
        let found = index.parse::<usize>().ok().and_then(|index| list.get(index).cloned());
        found
            .map(Some)
            .ok_or_else(|| format!("Template error: Fn::Select cannot select nonexistent value at index {index}"))
    }

    /// Whether the functions of AWS::LanguageExtensions may stand in the template.
    pub(super) const fn is_extended(&self) -> bool {
        self.template.processed.is_some()
    }

    pub(super) fn find_in_map(&self, argument: &Value) -> Resolved {
        let mut keys = argument.as_array().cloned().unwrap_or_default();
        let default = keys.get(3).and_then(|more| more.get("DefaultValue")).filter(|_| self.is_extended()).cloned();
        keys.truncate(if default.is_some() { 3 } else { keys.len() });
        let keys: Vec<_> = keys.iter().map(|key| self.text(key)).collect::<Result<_, _>>()?;
        let found = keys.iter().try_fold(&self.template.mappings, |inner, key| inner.get(key));
        match (found, default) {
            (Some(found), _) => Ok(Some(found.clone())),
            (None, Some(default)) => self.resolve(&default),
            (None, None) => Err(format!("Template error: Unable to get mapping for {}", keys.join("::"))),
        }
    }
}
