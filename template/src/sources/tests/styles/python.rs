//! How a job can be written in Python.

use super::Style;

pub(in super::super) const PYTHON: Style = Style {
    file: "job.py",
    job: r#"
import json
KEY = "$n"
class Keys:
    KEY = "$n"
class Holder:
    def __init__(self, held):
        self.held = held
    def at(self, key):
        return self.held[key]
def load():
    with open("/etc/flink/application_properties.json") as handle:
        return {e["PropertyGroupId"]: e["PropertyMap"] for e in json.load(handle)}
def main(args):
    all = load()
    $s
"#,
    group: "all[\"G\"]",
    ways: &[
        "$g",
        "dict($g)",
        "Holder($g).held",
        "wrap($g)",
        "{**$g}",
        "($g or {})",
        "list([$g])[0]",
        "$g.copy()",
        "{k: v for k, v in $g.items()}",
    ],
    keys: &["\"$n\"", "KEY", "Keys.KEY", "f\"{KEY}\"", "other(\"$n\")", "str(KEY)"],
    reads: &[
        "$g[$k]",
        "$g.get($k)",
        "$g.get($k, \"d\")",
        "Holder($g).at($k)",
        "(lambda g: g[$k])($g)",
        "[$g[k] for k in ($k,)]",
        "next(v for k, v in $g.items() if k == $k)",
        "operator.itemgetter($k)($g)",
        "($g[$k] if $k in $g else None)",
        "getattr($g, \"get\")($k)",
        "getattr($g, args[0])($k)",
        "table(**$g)",
    ],
    places: &[
        "use($r)",
        "print($r)",
        "x = $r",
        "yield $r",
        "use(a=$r)",
        "assert $r",
        "x: str = $r",
        "return lambda: $r",
        "del $r",
        "use(f\"{$r}\")",
        "class Local:\n        held = $r\n    use(Local.held)",
        "class Local:\n        def run(self):\n            return $r\n    use(Local().run())",
    ],
};
