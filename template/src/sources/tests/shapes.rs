//! Shapes in which a read was once passed in silence, or a word was taken for a key.

use super::lines;

const GROUPS: &str = "KinesisAnalyticsRuntime.getApplicationProperties";

fn java(members: &str, body: &str) -> Vec<String> {
    lines(&[(
        "Job.java",
        &format!("class Job {{ {members} void run() {{ Map<String, Properties> all = {GROUPS}();\n{body} }} }}"),
    )])
}

fn kotlin(members: &str, body: &str) -> Vec<String> {
    lines(&[("Job.kt", &format!("{members}\nfun main() {{\n val all = {GROUPS}()\n {body}\n}}"))])
}

fn scala(members: &str, body: &str) -> Vec<String> {
    lines(&[(
        "Job.scala",
        &format!("object Job {{\n{members}\n def run(): Unit = {{\n val all = {GROUPS}\n {body}\n}} }}"),
    )])
}

fn python(body: &str) -> Vec<String> {
    let body = body.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n");
    lines(&[("job.py", &format!("def main(args):\n    g = get_application_properties()[\"G\"]\n{body}"))])
}

#[test]
fn a_class_inside_a_function_sees_the_functions_names() {
    let read = "all.get(\"G\").getProperty(\"k\")";
    assert_eq!(java("", &format!("class L {{ String f() {{ return {read}; }} }} use(new L().f());")), ["G/k"]);
    assert_eq!(java("", &format!("class L {{ String k = {read}; }} use(new L().k);")), ["G/k"]);
    assert_eq!(kotlin("", "class L {\n fun f() = all[\"G\"]!!.getProperty(\"k\")\n }\n use(L().f())"), ["G/k"]);
    assert_eq!(scala("", &format!("class L {{ def f: String = {read} }}\n use(new L().f)")), ["G/k"]);
    assert_eq!(python("class F(MapFunction):\n    def map(self, value):\n        return g[\"k\"]\nuse(F())"), ["G/k"]);
    assert_eq!(python("class C:\n    held = g\nuse(C.held[\"k\"])"), ["G/k"]);
}

#[test]
fn an_attribute_by_its_name_is_that_attribute() {
    assert_eq!(python("use(getattr(g, \"get\")(\"k\"))"), ["G/k"]);
    assert_eq!(python("use(getattr(g, \"get\", None)(\"k\"))"), ["G/k"]);
    assert_eq!(python("use(getattr(g, args[0])(\"k\"))"), ["line 3"]);
}

#[test]
fn parameters_have_their_defaults_and_take_the_rest() {
    let read = "fun read(k: String = \"d\", p: Properties = Properties(), o: String? = null) = p.getProperty(k)";
    assert_eq!(kotlin(read, "use(read(\"k\", all[\"G\"]!!), read(p = all[\"H\"]!!))"), ["G/k", "H/d"]);
    let read = "def read(p: Properties, ks: String*) = ks.map(k => p.getProperty(k))";
    assert_eq!(scala(read, "use(read(all.get(\"G\"), \"a\", \"b\"))"), ["G/a", "G/b"]);
}

#[test]
fn a_constructor_that_is_generated_fills_the_fields() {
    let members = "@Data @AllArgsConstructor static class Conf { private Properties held; }";
    assert_eq!(java(members, "use(new Conf(all.get(\"G\")).getHeld().getProperty(\"k\"));"), ["G/k"]);
    let members = "class Conf(val held: Properties)\n object Conf { def apply(held: Properties) = new Conf(held) }";
    assert_eq!(scala(members, "use(Conf(all.get(\"G\")).held.getProperty(\"k\"))"), ["G/k"]);
}

#[test]
fn what_stands_in_for_a_group_is_no_key_of_it() {
    let body = "use(Option(all.get(\"G\")).toRight(\"no group\").map(_.getProperty(\"k\")))";
    assert_eq!(scala("", body), ["G/k"]);
}

#[test]
fn groups_that_a_filter_of_keys_leaves_are_reported() {
    assert_eq!(kotlin("", "use(all.filterKeys { it == \"G\" }.values.first().getProperty(\"k\"))"), ["line 4"]);
    let body = "use(all.asScala.filterKeys(_ == \"G\").head._2.getProperty(\"k\"))";
    assert_eq!(scala("", body), ["line 5"]);
    let body = "use(Option(Seq(all).filter(_ != null).head.get(\"G\")).map(_.getProperty(\"k\")))";
    assert_eq!(scala("", body), ["line 5"]);
}

#[test]
fn a_method_without_a_dot_is_that_method() {
    assert_eq!(scala("", "val g = (all asScala)(\"G\")\n use(g getProperty \"k\")"), ["G/k"]);
}

#[test]
fn an_instance_is_copied_and_one_that_is_taken_apart_is_reported() {
    let members = "data class H(val held: Properties, val name: String)";
    assert_eq!(kotlin(members, "use(H(all[\"G\"]!!, \"x\").copy(name = \"y\").held.getProperty(\"k\"))"), ["G/k"]);
    let members = "case class H(held: Properties, n: Int)";
    let body = "H(all.get(\"G\"), 1) match { case H(held, _) => use(held.getProperty(\"k\")) }";
    assert_eq!(scala(members, body), ["line 5"]);
    let body = "val H(held, _) = H(all.get(\"G\"), 1)\n use(held.getProperty(\"k\"))";
    assert_eq!(scala(members, body), ["G/k", "line 5"]);
    let proxy = "class C:\n    def __init__(self, p): self.p = p\n    def __getattr__(self, name):\n        return self.p[name]\n";
    assert_eq!(python(&format!("{proxy}use(C(g).stream)")), ["G/stream"]);
}

#[test]
fn a_loop_that_goes_on_skips_the_other_groups() {
    let body = "for ((id, p) in all) { if (id != \"G\") continue\n use(p.getProperty(\"k\")) }";
    assert_eq!(kotlin("", body), ["G/k"]);
}

#[test]
fn what_a_trait_only_declares_is_not_run() {
    let members = "trait R { def read(p: Properties, k: String): String }\n object R { def x = 1 }";
    assert_eq!(scala(members, "use(R.read(all.get(\"G\"), \"k\"))"), ["G/k"]);
}

#[test]
fn an_escape_is_the_letter_that_it_stands_for() {
    assert_eq!(java("", "use(all.get(\"G\").getProperty(\"a\\u002eb\\\\c\"));"), ["G/a.b\\c"]);
}
