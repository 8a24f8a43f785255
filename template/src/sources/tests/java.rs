use super::{found, lines};

/// A job's `main`, from line 3 on, with all groups in `all`.
fn java(body: &str) -> Vec<String> {
    let head = "class Job {\n  void main(String[] args) { Map<String, Properties> all = KinesisAnalyticsRuntime.getApplicationProperties();\n";
    lines(&[("Job.java", &format!("{head}{body} }} }}"))])
}

#[test]
fn through_a_loader_a_constant_and_a_parameter() {
    let text = r#"
        public class Job {
            // getProperty("in.a.comment")
            private static final String TABLE_KEY = "table" + ".name";
            private static Map<String, Properties> load(StreamExecutionEnvironment env) throws IOException {
                if (env instanceof LocalStreamEnvironment) {
                    return KinesisAnalyticsRuntime.getApplicationProperties(Job.class.getResource("dev.json").getPath());
                }
                return KinesisAnalyticsRuntime.getApplicationProperties();
            }
            private static Source<String> createSource(Properties properties) {
                return build(properties.getProperty("stream.name"), properties.getProperty("aws.region", "eu-west-1"));
            }
            private static Sink<String> createSink(Properties properties) {
                return build(properties.getProperty(TABLE_KEY));
            }
            public static void main(String[] args) throws Exception {
                final Map<String, Properties> applicationProperties = load(env);
                LOG.info("Application properties: {}", applicationProperties);
                if (applicationProperties.get("In") == null) { throw new IllegalStateException("no In"); }
                createSource(applicationProperties.get("In"));
                createSink(applicationProperties.get("Out"));
            }
        }"#;
    assert_eq!(lines(&[("Job.java", text)]), ["In/aws.region?", "In/stream.name", "Out/table.name"]);
}

#[test]
fn parameter_tool_over_a_copied_group() {
    let text = r#"class Job {
        private static ParameterTool parameters() {
            Properties group = KinesisAnalyticsRuntime.getApplicationProperties().get("G");
            Map<String, String> plain = new HashMap<>(group.size());
            group.forEach((key, value) -> plain.put((String) key, (String) value));
            return ParameterTool.fromMap(plain);
        }
        void main(String[] args) {
            ParameterTool all = parameters().mergeWith(ParameterTool.fromArgs(args));
            use(all.getRequired("must"), all.get("plain"), all.getInt("number", 7), all.has("flag"));
        }
    }"#;
    assert_eq!(lines(&[("Job.java", text)]), ["G/flag?", "G/must", "G/number?", "G/plain"]);
}

#[test]
fn casts_options_and_streams() {
    let body = r#"
        use(((Properties) (Object) all.get("A")).get("cast"), Objects.requireNonNull(all.get("B")).getProperty("required"));
        use(Optional.ofNullable(all.get("C")).map(g -> g.getProperty("optional")).orElse("d"));
        use(Optional.ofNullable(all.get("C")).map(g -> g.getProperty("must")).orElseThrow());
        use(all.getOrDefault("D", new Properties()).getProperty("default", "d"));
        all.entrySet().stream().filter(e -> e.getKey().equals("E")).map(Map.Entry::getValue)
            .findFirst().get().getProperty("stream");
        for (Map.Entry<String, Properties> e : all.entrySet()) {
            if ("F".equals(e.getKey())) { use(e.getValue().getProperty("loop")); } }
        Supplier<Properties> later = () -> all.get("G"); use(later.get().getProperty("lazy"));"#;
    let expected = ["A/cast", "B/required", "C/must", "C/optional?", "D/default?", "E/stream", "F/loop", "G/lazy"];
    assert_eq!(java(body), expected);
}

#[test]
fn constants_enums_and_wrappers_of_other_files() {
    let keys = "class Keys { static final String GROUP = \"G\"; static final String NAME = \"stream.name\"; }";
    let key = "enum Key { TABLE(\"table.name\"), REGION(\"aws.region\"); private final String text; Key(String text) { this.text = text; }
               String text() { return text; } }";
    let config = r#"class Config {
        private final Properties group;
        Config(Map<String, Properties> all, String id) { this.group = all.get(id); }
        String required(String key) { String value = group.getProperty(key);
            if (value == null) throw new IllegalStateException(key); return value; }
        int number(String key, int other) { return Integer.parseInt(group.getProperty(key, "" + other)); }
    }"#;
    let job = r#"class Job { void main() {
        Map<String, Properties> all = KinesisAnalyticsRuntime.getApplicationProperties();
        Config one = new Config(all, Keys.GROUP);
        use(one.required(Keys.NAME), one.number("batch", 7), one.required(Key.TABLE.text()));
        use(new Config(all, "H").required("only.h"));
        for (Key key : Key.values()) { use(one.required(key.text())); }
    } }"#;
    let files = [("Config.java", config), ("Job.java", job), ("Key.java", key), ("Keys.java", keys)];
    assert_eq!(lines(&files), ["G/aws.region", "G/batch?", "G/stream.name", "G/table.name", "H/only.h"]);
}

#[test]
fn functions_that_the_framework_calls_read_their_fields() {
    let text = r#"class Job { void main() { env.addSource(new Fn(KinesisAnalyticsRuntime.getApplicationProperties().get("G"))); } }
        class Fn extends RichMapFunction<String, String> {
            private final Properties group;
            Fn(Properties group) { this.group = group; }
            public void open(Configuration c) { use(group.getProperty("in.open")); }
        }"#;
    assert_eq!(lines(&[("Job.java", text)]), ["G/in.open"]);
}

#[test]
fn a_merged_group_needs_its_key_in_one_of_them() {
    let body = "Properties one = new Properties(); one.putAll(all.get(\"A\")); one.putAll(all.get(\"B\")); use(one.getProperty(\"k\"));";
    assert_eq!(java(body), ["A+B/k"]);
}

#[test]
fn a_key_that_is_asked_for_first_is_optional_unless_its_absence_is_an_error() {
    let body = r#"Properties g = all.get("G");
        use(g.containsKey("a") ? g.getProperty("a") : "d");
        if (g.getProperty("b") == null) { throw new IllegalStateException(); }
        String c = g.getProperty("c"); if (c == null || c.isEmpty()) { c = "d"; }"#;
    assert_eq!(java(body), ["G/a?", "G/b", "G/c?"]);
}

#[test]
fn what_cannot_be_followed_has_its_line() {
    for (body, expected) in [
        ("builder.setProperties(all.get(\"G\"));", vec!["line 3"]),
        ("builder\n.setProperties(all.get(\"G\"));", vec!["line 4"]),
        ("use(all.get(args[0]).getProperty(\"k\"));", vec!["line 3"]),
        ("use(all.get(\"G\").getProperty(System.getenv(\"KEY\")));", vec!["line 3"]),
        ("use(all.get(\"G\").getProperty(String.format(\"%s.x\", args[0])));", vec!["line 3"]),
        ("use(\"\" + all.get(\"G\"));", vec!["line 3"]),
        ("use(all.get(\"G\")::getProperty);", vec!["line 3"]),
        ("all.get(\"G\").storeToXML(out, \"x\");", vec!["line 3"]),
        ("for (Object key : all.get(\"G\").keySet()) {\n if (key.equals(\"k\")) { use(key); } }", vec!["line 4"]),
        ("all.get(\"G\").forEach((key, value) ->\n config.setString((String) key, (String) value));", vec!["line 4"]),
        ("System.getProperties().putAll(all.get(\"G\"));", vec!["line 3"]),
        ("LOG.info(helper.read(all.get(\"G\")));", vec!["line 3"]),
        ("LOG.info(all.get(\"G\").getProperty(args[0]));", vec!["line 3"]),
    ] {
        assert_eq!(java(body), expected, "{body}");
    }
}

#[test]
fn nothing_is_lost_where_nothing_is_read() {
    for body in [
        "LOG.info(\"all: {}\", all);",
        "if (all.isEmpty() || all.get(\"G\") == null) { throw new IllegalStateException(\"no G in \" + all); }",
        "System.out.println(\"G has \" + all.get(\"G\").size());",
    ] {
        assert_eq!(java(body), Vec::<String>::new(), "{body}");
    }
    assert!(!found(&[("A.java", "class A { void f(Properties p) { p.getProperty(\"k\"); } }")]).is_used());
}

#[test]
fn a_map_that_is_made_for_others_is_reported_where_no_source_takes_it() {
    let text = "@Configuration class Beans {
        @Bean Map<String, Properties> all() { return KinesisAnalyticsRuntime.getApplicationProperties(); } }
        @Service class Reader { @Autowired Map<String, Properties> all;
        String at(String key) { return all.get(\"G\").getProperty(key); } }";
    assert_eq!(lines(&[("Beans.java", text)]), ["line 2"]);
}

#[test]
fn a_file_that_does_not_parse_is_reported() {
    assert_eq!(lines(&[("A.java", "class A {\n void f( { Properties p = ; } }")]), ["line 2"]);
}

#[test]
fn what_only_has_the_name_of_a_scope_function_is_a_function_like_any_other() {
    for call in [
        "use(all.get(\"G\"));",
        "library.let(all.get(\"G\"));",
        "memoize(ParameterTool.fromMap((Map) all.get(\"G\")).toMap());",
    ] {
        assert_eq!(java(call), ["line 3"], "{call}");
    }
}

#[test]
fn a_text_block_is_a_key_without_its_indent() {
    let text = "class Job { void run() { var p = KinesisAnalyticsRuntime.getApplicationProperties().get(\"G\");
        p.getProperty(\"\"\"\n            text.block\"\"\"); } }";
    assert_eq!(lines(&[("Job.java", text)]), ["G/text.block"]);
}

#[test]
fn a_component_of_a_record_implements_what_an_interface_declares() {
    let text = r#"
        interface Reader {
            Properties source();
            default String read(String key) { return source().getProperty(key); }
        }
        record Group(Properties source) implements Reader {
            String own() { return this.source().getProperty("own"); }
        }
        class Job { void run() {
            Group group = new Group(KinesisAnalyticsRuntime.getApplicationProperties().get("G"));
            use(group.read("default"), group.own());
        } }"#;
    assert_eq!(lines(&[("Job.java", text)]), ["G/default", "G/own"]);
}
