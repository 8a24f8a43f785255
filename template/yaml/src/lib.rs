//! A YAML template as the JSON that it stands for: short forms become functions, `!Ref A` is `{"Ref": "A"}`.
//!
//! CloudFormation reads YAML 1.1 without aliases, hash merges and the types binary, omap, pairs, set and timestamp
//! (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html>). What two readers of YAML
//! take differently (a number with a leading zero, a key given twice) is refused here: quote it, or name it once.

use std::borrow::Cow;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span, StrInput, Tag};
use serde_json::{Map, Value, json};

/// What is not a template in YAML: the place and the reason, in CloudFormation's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub String);

/// Short forms of `Fn::<name>`
/// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html>).
const FUNCTIONS: [&str; 18] = [
    "And",
    "Base64",
    "Cidr",
    "Equals",
    "FindInMap",
    "GetAZs",
    "GetAtt",
    "If",
    "ImportValue",
    "Join",
    "Length",
    "Not",
    "Or",
    "Select",
    "Split",
    "Sub",
    "ToJsonString",
    "Transform",
];
/// <https://yaml.org/type/bool.html>, without the single letters, which its readers leave strings.
const TRUE: [&str; 3] = ["true", "yes", "on"];
const FALSE: [&str; 3] = ["false", "no", "off"];

/// The document.
///
/// # Errors
/// [`Malformed`] with the place, for what is not YAML and for what CloudFormation does not take of it.
pub fn parse(text: &str) -> Result<Value, Malformed> {
    let mut reader = Reader { events: Parser::new_from_str(text) };
    reader.expect(&Event::StreamStart)?;
    if reader.next()?.0 == Event::StreamEnd {
        return Err(Malformed("the template is empty".to_owned()));
    }
    let value = reader.node()?;
    reader.expect(&Event::DocumentEnd)?;
    reader.expect(&Event::StreamEnd)?;
    Ok(value)
}

struct Reader<'a> {
    events: Parser<'a, StrInput<'a>>,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Span), Malformed> {
        match self.events.next() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(malformed(*error.marker(), error.info())),
            None => Err(Malformed("YAML not well-formed. (it ends too early)".to_owned())),
        }
    }

    fn expect(&mut self, wanted: &Event<'_>) -> Result<(), Malformed> {
        let (event, place) = self.next()?;
        if event == *wanted { Ok(()) } else { Err(malformed(place.start, "one document is expected")) }
    }

    fn node(&mut self) -> Result<Value, Malformed> {
        let event = self.next()?;
        self.node_of(event)
    }

    fn node_of(&mut self, (event, place): (Event<'a>, Span)) -> Result<Value, Malformed> {
        match event {
            Event::Scalar(text, style, _, tag) => scalar(&text, style, tag.as_deref(), place.start),
            Event::SequenceStart(_, tag) => {
                let items = self.items()?;
                tagged(tag, Value::Array(items), place.start)
            }
            Event::MappingStart(_, tag) => {
                let members = self.members()?;
                tagged(tag, Value::Object(members), place.start)
            }
            Event::Alias(_) => Err(malformed(place.start, "YAML aliases are not allowed in CloudFormation templates")),
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd
            | Event::SequenceEnd
            | Event::MappingEnd => Err(malformed(place.start, "a value is expected")),
        }
    }

    fn items(&mut self) -> Result<Vec<Value>, Malformed> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(items),
                event => items.push(self.node_of(event)?),
            }
        }
    }

    fn members(&mut self) -> Result<Map<String, Value>, Malformed> {
        let mut members = Map::new();
        loop {
            let (event, place) = self.next()?;
            let key = match event {
                Event::MappingEnd => return Ok(members),
                Event::Scalar(key, _, _, None) if key != "<<" => key.into_owned(),
                _ => return Err(malformed(place.start, "a key is a plain text; there are no hash merges")),
            };
            let value = self.node()?;
            if members.insert(key.clone(), value).is_some() {
                return Err(malformed(place.start, &format!("the key {key} is there twice")));
            }
        }
    }
}

/// CloudFormation's words, with the reason of this reader.
fn malformed(place: Marker, why: &str) -> Malformed {
    let (line, column) = (place.line(), place.col() + 1);
    Malformed(format!("YAML not well-formed. (line {line}, column {column}) {why}"))
}

/// A value under a short form is the function's argument.
fn tagged(tag: Option<Cow<'_, Tag>>, value: Value, place: Marker) -> Result<Value, Malformed> {
    let Some(tag) = tag else { return Ok(value) };
    let name = tag.suffix.as_str();
    if tag.handle != "!" || !(FUNCTIONS.contains(&name) || ["Ref", "Condition"].contains(&name)) {
        return Err(malformed(place, &format!("the tag {tag} is not a CloudFormation function")));
    }
    // In the text of !GetAtt the logical ID ends at the first dot.
    let argument = match &value {
        Value::String(path) if name == "GetAtt" => path.split_once('.').map(|(id, attribute)| json!([id, attribute])),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => None,
    };
    let name = if FUNCTIONS.contains(&name) { format!("Fn::{name}") } else { name.to_owned() };
    Ok(Value::Object(Map::from_iter([(name, argument.unwrap_or(value))])))
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>, place: Marker) -> Result<Value, Malformed> {
    match tag {
        Some(tag) if tag.is_yaml_core_schema() && tag.suffix == "str" => Ok(json!(text)),
        Some(tag) => tagged(Some(Cow::Borrowed(tag)), json!(text), place),
        None if style == ScalarStyle::Plain => plain(text, place),
        None => Ok(json!(text)),
    }
}

/// An unquoted scalar is what it looks like.
fn plain(text: &str, place: Marker) -> Result<Value, Malformed> {
    let lower = text.to_lowercase();
    if TRUE.contains(&lower.as_str()) || FALSE.contains(&lower.as_str()) {
        return Ok(json!(TRUE.contains(&lower.as_str())));
    }
    if ["", "~", "null"].contains(&lower.as_str()) {
        return Err(malformed(place, "null values are not allowed in templates"));
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.starts_with(|first: char| first.is_ascii_digit()) {
        return Ok(json!(text));
    }
    // Octal, hexadecimal, binary, grouped and sexagesimal numbers: https://yaml.org/type/int.html.
    let is_based = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
    let is_grouped = digits.contains(['_', ':']);
    let is_numeral = digits.chars().all(|each| each.is_ascii_hexdigit() || "_:x".contains(each));
    if (is_based || is_grouped) && is_numeral {
        return Err(malformed(place, &format!("whether {text} is a number depends on who reads it; quote it")));
    }
    let number = text.parse::<i64>().map(|number| json!(number));
    let number = number.or_else(|_| {
        if text.contains('.') { text.parse::<f64>().map(|number| json!(number)).map_err(|_| ()) } else { Err(()) }
    });
    Ok(number.unwrap_or_else(|()| json!(text)))
}

#[cfg(test)]
mod tests;
