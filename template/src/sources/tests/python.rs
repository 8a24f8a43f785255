use super::lines;

const LOADER: &str = r#"
import json
PATH = "/etc/flink/application_properties.json"
def anything():
    with open(PATH) as handle:
        return json.load(handle)
"#;

/// A function, from line 9 on, with all groups in `entries`.
fn python(body: &str) -> Vec<String> {
    let body = body.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n");
    lines(&[(
        "job.py",
        &format!("{LOADER}\ndef main(args): entries = anything(); run(entries)\ndef run(entries):\n{body}"),
    )])
}

#[test]
fn as_in_awss_examples() {
    let text = r#"
def get_application_properties():
    if os.path.isfile(APPLICATION_PROPERTIES_FILE_PATH):
        with open(APPLICATION_PROPERTIES_FILE_PATH, "r") as file:
            return json.loads(file.read())
    else:
        print('A file at "{}" was not found'.format(APPLICATION_PROPERTIES_FILE_PATH))

def property_map(props, property_group_id):
    for prop in props:
        if prop["PropertyGroupId"] == property_group_id:
            return prop["PropertyMap"]

APPLICATION_PROPERTIES_FILE_PATH = "/etc/flink/application_properties.json"

def main():
    group_id = "consumer.config.0"
    stream_key = "input.stream.name"
    props = get_application_properties()
    group = property_map(props, group_id)
    stream = group[stream_key]  # not ["this"]
    region = group.get("aws.region", "eu-west-1")
    position = group["position"] if "position" in group else None
    other = property_map(props, "Other")["name"]
"#;
    let expected = [
        "Other/name",
        "consumer.config.0/aws.region?",
        "consumer.config.0/input.stream.name",
        "consumer.config.0/position?",
    ];
    assert_eq!(lines(&[("main.py", text)]), expected);
}

#[test]
fn dictionaries_generators_and_loops() {
    let body = r#"
groups = {one["PropertyGroupId"]: one["PropertyMap"] for one in entries}
found = next((one["PropertyMap"] for one in entries if one["PropertyGroupId"] == "N"), None)
listed = [one["PropertyMap"] for one in entries if one["PropertyGroupId"] == "L"][0]
filled = {}
for one in entries:
    filled[one["PropertyGroupId"]] = one["PropertyMap"]
for one in entries:
    if one["PropertyGroupId"] != "C":
        continue
    use(one["PropertyMap"]["continue"])
use(groups["G"]["g"], found["n"], listed["l"], filled["F"].get("f"))
for key in ("one", "two"):
    print(groups["T"][key])"#;
    let expected = ["C/continue", "F/f", "G/g", "L/l", "N/n", "T/one", "T/two"];
    assert_eq!(python(body), expected);
}

#[test]
fn classes_enums_and_f_strings() {
    let config = r#"
from enum import Enum
from dataclasses import dataclass
class Key(str, Enum):
    STREAM = "stream.name"
@dataclass
class Settings:
    source: dict
    table: str
class Config:
    def __init__(self, raw):
        self._groups = {one["PropertyGroupId"]: one["PropertyMap"] for one in raw}
    def get(self, group, key, default=None):
        return self._groups[group].get(key, default)
    @property
    def kafka(self):
        return self._groups["K"]
"#;
    let job = r#"
import json
from config import Config, Key, Settings
def main():
    config = Config(json.load(open("/etc/flink/application_properties.json")))
    use(config.get("C", "plain"), config.get("C", "default", "x"), config.kafka["k"])
    settings = Settings(source=config.kafka, table="t")
    use(settings.source["held"], config.kafka[Key.STREAM.value])
    env = "dev"
    use(config.kafka[f"{env}.name"])
"#;
    let expected = ["C/default?", "C/plain", "K/dev.name", "K/held", "K/k", "K/stream.name"];
    assert_eq!(lines(&[("config.py", config), ("job.py", job)]), expected);
}

#[test]
fn what_cannot_be_followed_has_its_line() {
    for body in [
        "for k, v in pick(entries).items(): use(k)",
        "use(**entries)",
        "builder.set_properties({**entries[0][\"PropertyMap\"]})",
        "use(entries[0][\"PropertyMap\"][f\"{args}.x\"])",
        "use([(e[\"PropertyGroupId\"], e[\"PropertyMap\"]) for e in entries])",
        "print(lib.value(entries))",
        "yield entries",
    ] {
        assert_eq!(python(body), ["line 10"], "{body}");
    }
}

#[test]
fn an_index_of_a_class_of_its_own_is_its_getitem() {
    let text = r#"
import json
class Settings:
    def __init__(self, path):
        groups = json.load(open("/etc/flink/application_properties.json"))
        self.group = next(g["PropertyMap"] for g in groups if g["PropertyGroupId"] == "G")
    def __getitem__(self, key):
        return self.group[key]
settings = Settings("x")
print(settings["stream.name"])
"#;
    assert_eq!(lines(&[("main.py", text)]), ["G/stream.name"]);
}

#[test]
fn a_pattern_that_takes_a_group_apart_is_reported() {
    let text = "def main():
    group = get_application_properties()['G']
    match group:
        case {'stream.name': name}:
            use(name)\n";
    assert_eq!(lines(&[("job.py", text)]), ["line 4", "line 5"]);
}
