//! The intrinsic functions. A result that the arguments do not decide becomes a token that holds the arguments: the
//! same function of the same arguments has the same value.

use serde_json::{Map, Value as Json};

use super::{BEGIN, Resolver, is_known, is_new, is_open, open, reasons, text, token};

/// Functions whose result depends on their arguments only: it need not be known to see that it did not change.
const PURE: [&str; 5] = ["Fn::Base64", "Fn::Cidr", "Fn::GetAZs", "Fn::ImportValue", "Fn::ToJsonString"];

impl Resolver<'_> {
    /// The value of an intrinsic function; `None` is `AWS::NoValue`.
    pub(super) fn call(&self, name: &str, argument: &Json) -> Option<Json> {
        Some(match (name, argument) {
            ("Ref", Json::String(id)) if id == "AWS::NoValue" => return None,
            ("Ref", Json::String(id)) => self.reference(id),
            ("Fn::GetAtt", Json::Array(path)) => {
                let path: Vec<String> =
                    path.iter().filter_map(|part| self.resolve(part)).map(|part| text(&part)).collect();
                self.attribute(&path.join("."))
            }
            ("Fn::GetAtt", Json::String(path)) => self.attribute(path),
            ("Fn::If", Json::Array(parts)) => return self.choose(parts),
            ("Fn::Sub", Json::String(pattern)) => self.substituted(pattern, &Map::new()).into(),
            ("Fn::Sub", Json::Array(parts)) => {
                let variables = parts.get(1).and_then(Json::as_object).cloned().unwrap_or_default();
                self.substituted(&parts.first().map(text).unwrap_or_default(), &variables).into()
            }
            ("Fn::Join", Json::Array(parts)) => self.joined(parts),
            ("Fn::Split", Json::Array(parts)) => self.split(parts),
            ("Fn::Select", Json::Array(parts)) => self.selected(parts),
            ("Fn::FindInMap", Json::Array(keys)) => return self.mapped(keys),
            ("Fn::Length", list) => match self.resolve(list) {
                Some(Json::Array(items)) => items.len().into(),
                other => opaque(name, &other.unwrap_or_default()),
            },
            (pure, argument) if PURE.contains(&pure) => opaque(pure, &self.resolve(argument).unwrap_or_default()),
            (other, _) => open(&format!("{other} cannot be evaluated")),
        })
    }

    fn choose(&self, parts: &[Json]) -> Option<Json> {
        let name = parts.first().map(text).unwrap_or_default();
        match self.holds(&name) {
            Some(true) => self.resolve(parts.get(1)?),
            Some(false) => self.resolve(parts.get(2)?),
            None => Some(open(&format!("the condition {name} cannot be decided"))),
        }
    }

    fn joined(&self, parts: &[Json]) -> Json {
        let separator = parts.first().map(text).unwrap_or_default();
        match parts.get(1).and_then(|list| self.resolve(list)) {
            Some(Json::Array(items)) => items.iter().map(text).collect::<Vec<_>>().join(&separator).into(),
            other => opaque("Fn::Join", &other.unwrap_or_default()),
        }
    }

    fn split(&self, parts: &[Json]) -> Json {
        let whole = parts.get(1).and_then(|whole| self.resolve(whole)).unwrap_or_default();
        match (parts.first().map(text), &whole) {
            (Some(separator), Json::String(known)) if is_split(&separator, known) => {
                known.split(&separator).map(Json::from).collect()
            }
            (separator, _) => opaque(&format!("Fn::Split {}", separator.unwrap_or_default()), &whole),
        }
    }

    fn selected(&self, parts: &[Json]) -> Json {
        let index = parts.first().and_then(|index| self.resolve(index)).map(|index| text(&index)).unwrap_or_default();
        let list = parts.get(1).and_then(|list| self.resolve(list)).unwrap_or_default();
        let item = index.parse::<usize>().ok().and_then(|index| list.as_array()?.get(index).cloned());
        item.unwrap_or_else(|| opaque(&format!("Fn::Select {index}"), &list))
    }

    fn mapped(&self, keys: &[Json]) -> Option<Json> {
        let default = keys.get(3).and_then(|more| more.get("DefaultValue"));
        let keys: Vec<String> =
            keys.iter().take(3).map(|key| self.resolve(key).as_ref().map(text).unwrap_or_default()).collect();
        let place = keys.join(".");
        if !is_known(&place) {
            return Some(opaque("Fn::FindInMap", &place.into()));
        }
        let found = keys.iter().try_fold(&self.template["Mappings"], |inner, key| inner.get(key));
        match (found, default) {
            (Some(found), _) => self.resolve(found),
            (None, Some(default)) => self.resolve(default),
            (None, None) => Some(open(&format!("the template has no mapping {place}"))),
        }
    }

    fn substituted(&self, pattern: &str, variables: &Map<String, Json>) -> String {
        let mut pieces = pattern.split("${");
        let mut whole = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let (name, rest) = piece.split_once('}').unwrap_or((piece, ""));
            let name = name.trim();
            let value = match (variables.get(name), name.strip_prefix('!')) {
                (Some(value), _) => self.resolve(value).as_ref().map(text).unwrap_or_default(),
                (None, Some(literal)) => format!("${{{literal}}}"),
                (None, None) if name.contains('.') => text(&self.attribute(name)),
                (None, None) => text(&self.reference(name)),
            };
            whole = whole + &value + rest;
        }
        whole
    }
}

/// Whether a text's parts are known. No account, region or partition holds a comma or a dot.
fn is_split(separator: &str, whole: &str) -> bool {
    let pseudo = ["AWS::Partition", "AWS::Region", "AWS::AccountId"].map(|name| token('=', name));
    let rest = pseudo.iter().fold(whole.to_owned(), |rest, token| rest.replace(token, ""));
    !separator.is_empty() && (is_known(whole) || ([",", "."].contains(&separator) && is_known(&rest)))
}

/// A function whose result is not computed here: as open, or as new, as what it is of.
fn opaque(name: &str, argument: &Json) -> Json {
    let of = argument.to_string();
    if is_open(&of) {
        return open(&reasons(&of).join(", "));
    }
    let kind = if is_new(&of) { '+' } else { '=' };
    let plain: String = of.chars().filter(|letter| *letter < BEGIN).collect();
    token(kind, &format!("{name} {plain}")).into()
}
