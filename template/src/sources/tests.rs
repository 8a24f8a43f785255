//! The ways in which AWS's own examples read property groups, in four languages.

use super::*;

fn keys(text: &str, language: Language) -> Vec<String> {
    let reads = reads(text, language);
    assert_eq!(reads.unresolved, BTreeSet::new());
    let key = |((group, key), read): (&(String, String), &Read)| {
        format!("{group}/{key}{}", if read.has_default { "?" } else { "" })
    };
    reads.keys.iter().map(key).collect()
}

#[test]
fn java_through_a_loader_a_constant_and_a_parameter() {
    let text = r#"
        public class BasicStreamingJob {
            // getProperty("in.a.comment")
            private static final String TABLE_KEY = "table.name";
            private static Map<String, Properties> load(StreamExecutionEnvironment env) throws IOException {
                if (env instanceof LocalStreamEnvironment) {
                    return KinesisAnalyticsRuntime.getApplicationProperties(Job.class.getResource("dev.json").getPath());
                }
                return KinesisAnalyticsRuntime.getApplicationProperties();
            }
            private static Source<String> createSource(Properties properties) {
                String name = properties.getProperty("stream.name");
                return build(name, properties.getProperty("aws.region", "eu-west-1"));
            }
            private static Sink<String> createSink(Properties properties) {
                return build(properties.getProperty(TABLE_KEY));
            }
            public static void main(String[] args) throws Exception {
                final Map<String, Properties> applicationProperties = load(env);
                LOG.info("Application properties: {}", applicationProperties);
                if (applicationProperties.get("In") == null) { throw new IllegalStateException("no In"); }
                Source<String> source = createSource(applicationProperties.get("In"));
                Sink<String> sink = createSink(applicationProperties.get("Out"));
            }
        }"#;
    assert_eq!(keys(text, Language::Java), ["In/aws.region?", "In/stream.name", "Out/table.name"]);
}

#[test]
fn java_in_one_chain_and_through_require_non_null() {
    let text = r#"
        class Job { void run() {
            var all = KinesisAnalyticsRuntime.getApplicationProperties();
            Properties group = Objects.requireNonNull(all.get("G"));
            use(all.get("G").getProperty("a"), group.getProperty("b"), all.getOrDefault("H", new Properties()).getProperty("c"));
        } }"#;
    assert_eq!(keys(text, Language::Java), ["G/a", "G/b", "H/c"]);
}

#[test]
fn kotlin_with_indexing_and_elvis() {
    let text = r#"
        const val GROUP = "FlinkApplicationProperties"
        fun load(): Map<String, Properties> = KinesisAnalyticsRuntime.getApplicationProperties()
        fun source(props: Properties): String = props.getProperty("stream.name")
        fun main() {
            val group: Properties = load()[GROUP]!!
            val region = group.getProperty("aws.region") ?: "eu-west-1"
            val table = group["table.name"]
            source(group)
        }"#;
    let expected = ["aws.region?", "stream.name", "table.name"].map(|key| format!("FlinkApplicationProperties/{key}"));
    assert_eq!(keys(text, Language::Kotlin), expected);
}

#[test]
fn scala_with_apply_and_options() {
    let text = r#"
        object Job {
          private val GroupId: String = "G"
          def groups = KinesisAnalyticsRuntime.getApplicationProperties.asScala
          def main(args: Array[String]): Unit = {
            val all = KinesisAnalyticsRuntime.getApplicationProperties().asScala
            val props = all(GroupId)
            val name = Option(props.getProperty("stream.name"))
            val other = all.get("H")
            println(other.getProperty("k", "v"))
          }
        }"#;
    assert_eq!(keys(text, Language::Scala), ["G/stream.name", "H/k?"]);
}

#[test]
fn python_as_in_awss_examples() {
    let text = r#"
APPLICATION_PROPERTIES_FILE_PATH = "/etc/flink/application_properties.json"

def get_application_properties():
    with open(APPLICATION_PROPERTIES_FILE_PATH, "r") as file:
        return json.loads(file.read())

def property_map(props, property_group_id):
    for prop in props:
        if prop["PropertyGroupId"] == property_group_id:
            return prop["PropertyMap"]

def main():
    input_property_group_key = "consumer.config.0"
    input_stream_key = "input.stream.name"
    props = get_application_properties()
    input_properties = property_map(props, input_property_group_key)
    stream = input_properties[input_stream_key]  # not ["this"]
    region = input_properties.get("aws.region", "eu-west-1")
"#;
    assert_eq!(keys(text, Language::Python), ["consumer.config.0/aws.region?", "consumer.config.0/input.stream.name"]);
}

#[test]
fn what_cannot_be_followed_is_told_with_its_line() {
    let text = r#"class Job { void run(String id) {
        var all = KinesisAnalyticsRuntime.getApplicationProperties();
        all.get(id).getProperty("k");
        all.get("G").getProperty(System.getenv("KEY"));
        new Elsewhere(all.get("H"));
    } }"#;
    let reads = reads(text, Language::Java);
    assert!(reads.keys.is_empty());
    assert_eq!(reads.unresolved.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3, 4, 5]);
    assert!(reads.unresolved.iter().any(|(_, what)| what == "H, handed to Elsewhere, which is not in this file"));
    assert_eq!(reads.whole, BTreeSet::from(["H".to_owned()]));
}

#[test]
fn a_name_of_another_function_is_another_name_and_a_file_without_groups_reads_none() {
    let text = r#"class Job {
        void one() { Properties p = KinesisAnalyticsRuntime.getApplicationProperties().get("G"); p.getProperty("k"); }
        void two() { Properties p = System.getProperties(); p.getProperty("user.home"); }
    }"#;
    assert_eq!(keys(text, Language::Java), ["G/k"]);
    assert_eq!(reads("class A { void f(Properties p) { p.getProperty(\"k\"); } }", Language::Java), Reads::default());
}
