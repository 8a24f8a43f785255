//! CloudWatch dashboards, from typed widgets: two graphs in a row, under a text.
//!
//! What a body may hold:
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html>.

use crate::stack::types;
use serde_json::{Value as Json, json};

use super::alarms::Metric;
use crate::template::cloudformation::resource::Resource;
use crate::template::cloudformation::value::{Value, object, pseudo};

/// How many columns a CloudWatch dashboard has.
const WIDTH: usize = 24;
/// How many rows a text widget takes.
const TEXT_HEIGHT: usize = 2;
/// How many rows a graph takes.
const HEIGHT: usize = 6;

/// A dashboard, while it is drawn.
#[derive(Debug)]
pub struct Dashboard {
    name: Value,
    text: Value,
    graphs: Vec<Json>,
}

impl Dashboard {
    /// Under this name, which is the account's in all regions: letters, digits, `-` and `_`.
    #[must_use]
    pub const fn named(name: Value, markdown: Value) -> Self {
        Self { name, text: markdown, graphs: Vec::new() }
    }

    /// Lines over time, five minutes a point, each under a label.
    #[must_use]
    pub fn graph(mut self, title: &str, lines: impl IntoIterator<Item = (&'static str, Metric)>) -> Self {
        let lines: Vec<_> = lines.into_iter().map(|(label, metric)| line(label, &metric)).collect();
        let lines = repetitions_dotted(&lines);
        let properties = [("title", title.into()), ("region", pseudo::region().into_json()), ("metrics", lines.into())];
        self.graphs.push(object([("type", "metric".into()), ("properties", object(properties))]));
        self
    }

    /// The states of these alarms, by ARN.
    #[must_use]
    pub fn alarms(mut self, title: &str, arns: impl IntoIterator<Item = Value>) -> Self {
        let arns: Vec<Value> = arns.into_iter().collect();
        self.graphs.push(json!({"type": "alarm", "properties": {"title": title, "alarms": arns}}));
        self
    }

    /// The newest lines of a log group that a query of CloudWatch Logs Insights finds.
    #[must_use]
    pub fn log(mut self, title: &str, group: &Value, query: &str) -> Self {
        let query = Value::concat(["SOURCE '".into(), group.clone(), format!("' | {query}").into()]);
        let properties = json!({"title": title, "region": pseudo::region(), "view": "table", "query": query});
        self.graphs.push(json!({"type": "log", "properties": properties}));
        self
    }
}

/// `[namespace, name, dimension, value, .., {label, stat}]`
fn line(label: &str, metric: &Metric) -> Vec<Json> {
    let mut line = vec![json!(metric.namespace), json!(metric.name)];
    line.extend(metric.dimensions.iter().flat_map(|(name, value)| [json!(name), json!(value)]));
    line.push(json!({"label": label, "stat": metric.statistic}));
    line
}

/// With a dot for each item that the line before has in the same place, as dashboards abbreviate.
fn repetitions_dotted(lines: &[Vec<Json>]) -> Vec<Json> {
    let before = std::iter::once(&[] as &[Json]).chain(lines.iter().map(Vec::as_slice));
    let dotted = |(line, before): (&Vec<Json>, &[Json])| {
        let item = |(index, item): (usize, &Json)| match before.get(index) {
            Some(same) if same == item && index + 1 < line.len() => json!("."),
            Some(_) | None => item.clone(),
        };
        line.iter().enumerate().map(item).collect()
    };
    lines.iter().zip(before).map(dotted).collect()
}

impl From<Dashboard> for Resource<Dashboard> {
    fn from(dashboard: Dashboard) -> Self {
        let text = json!({
            "type": "text", "width": WIDTH, "height": TEXT_HEIGHT, "properties": {"markdown": dashboard.text},
        });
        // Without places, CloudWatch puts each where there is room next.
        let sized = dashboard.graphs.into_iter().map(|mut graph| {
            graph["width"] = json!(WIDTH / 2);
            graph["height"] = json!(HEIGHT);
            graph
        });
        let widgets: Vec<Json> = std::iter::once(text).chain(sized).collect();
        let body = Value::text_of(&object([("widgets", widgets.into())]));
        let properties = [("DashboardName", dashboard.name.into_json()), ("DashboardBody", body.into_json())];
        Self::of(types::DASHBOARD, object(properties))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::cloudformation::resolved::ResolvedTemplate;
    use crate::template::{ParameterOf, Template};

    #[test]
    fn a_body_is_json_once_it_is_resolved() {
        let mut template = Template::described("t");
        let name = template.parameter("Name", ParameterOf::text("n").default("orders")).unwrap().reference();
        let metric = || Metric::of("AWS/Kinesis", "IncomingRecords", ("StreamName", name.clone()), "Sum");
        let dashboard = Dashboard::named("d".into(), Value::concat(["# ".into(), name.clone(), "\n\"x\"".into()]))
            .graph("In", [("records", metric()), ("again", metric())])
            .log("Errors", &name, "fields @timestamp")
            .graph("More", [("records", metric())]);
        template.add::<Dashboard>("Dashboard", dashboard).unwrap();
        let body = ResolvedTemplate::with(&template, &[]).properties("Dashboard")["DashboardBody"].clone();
        let body: Json = serde_json::from_str(body.as_str().unwrap()).unwrap();
        let widgets = body["widgets"].as_array().unwrap();
        assert_eq!(widgets[0]["properties"]["markdown"], "# orders\n\"x\"");
        let line =
            json!(["AWS/Kinesis", "IncomingRecords", "StreamName", "orders", {"label": "records", "stat": "Sum"}]);
        let again = json!([".", ".", ".", ".", {"label": "again", "stat": "Sum"}]);
        assert_eq!(widgets[1]["properties"]["metrics"], json!([line, again]));
        assert_eq!(widgets[2]["properties"]["query"], "SOURCE 'orders' | fields @timestamp");
    }
}
