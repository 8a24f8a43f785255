//! Kotlin and Scala.

use super::lines;

#[test]
fn kotlin_with_indexing_scope_functions_and_defaults() {
    let text = r#"
        import com.amazonaws.services.kinesisanalytics.runtime.KinesisAnalyticsRuntime as Runtime
        object Ids { const val GROUP = "G" }
        enum class Key(val key: String) { STREAM("stream.name"), TABLE("table.name") }
        data class Settings(val source: Properties, val sink: Properties) {
            val name: String get() = source.getProperty("getter") ?: "d"
        }
        fun Map<String, Properties>.required(group: String, key: String): String =
            this[group]!!.getProperty(key) ?: error("no $key")
        private val all: Map<String, Properties> by lazy { Runtime.getApplicationProperties() }
        fun main() {
            val settings = Settings(all.getValue("A"), all["B"]!!)
            use(settings.source.getProperty("a"), settings.sink.getProperty("b"), settings.name)
            use(all.required(Ids.GROUP, "extension"))
            with(all["W"]!!) { use(getProperty("with")) }
            all["L"]?.let { group -> use(group["let"]) }
            val batch = all["T"]?.let { it.getProperty("batch").toInt() } ?: 10
            Key.values().forEach { use(all["K"]!!.getProperty(it.key)) }
            for ((id, group) in all) { if (id == "D") use(group.getProperty("loop")) }
            (all["C"] as Properties).getProperty("cast").also { println(it) }
            println("all: $all")
        }"#;
    let expected = [
        "A/a",
        "A/getter?",
        "B/b",
        "C/cast",
        "D/loop",
        "G/extension",
        "K/stream.name",
        "K/table.name",
        "L/let",
        "T/batch?",
        "W/with",
    ];
    assert_eq!(lines(&[("Job.kt", text)]), expected);
}

#[test]
fn kotlin_with_an_index_of_its_own_and_properties_by_a_map() {
    let text = r#"
        class AppConfig(private val p: Properties) {
            val stream: String by p
            val table by lazy { p.getProperty("lazy") }
            operator fun get(k: String) = p.getProperty(k)
            companion object {
                fun load() = AppConfig(KinesisAnalyticsRuntime.getApplicationProperties().getValue("G"))
            }
        }
        enum class K(val key: String) { A("k.a"), B("k.b") }
        fun main() {
            val c = AppConfig.load()
            println(c["operator"])
            K.entries.map { c[it.key] }
            when (val mode = c["mode"]) { "a" -> println(c["when"]); else -> println(c.stream + c.table) }
        }"#;
    let expected = ["G/k.a", "G/k.b", "G/lazy", "G/mode", "G/operator", "G/stream", "G/when"];
    assert_eq!(lines(&[("Job.kt", text)]), expected);
}

#[test]
fn kotlin_says_what_it_cannot_follow() {
    let text = "fun main() {\nval all: Map<String, Properties> = KinesisAnalyticsRuntime.getApplicationProperties()
        use(all[\"G\"]!!.getProperty(\"pre.${other()}\"))
        all[\"G\"]!!.forEach { k, v -> configuration.setString(k.toString(), v.toString()) }
        builder.setProperties(all[\"G\"])\n}";
    assert_eq!(lines(&[("Job.kt", text)]), ["line 3", "line 4", "line 5"]);
}

#[test]
fn scala_without_parentheses_and_with_options_and_matches() {
    let text = r#"
        object Keys { val Group = "G"; val Name = "stream.name" }
        case class Conf(source: Properties, table: String)
        trait Loader {
          lazy val groups: util.Map[String, Properties] = KinesisAnalyticsRuntime.getApplicationProperties
        }
        object Job extends Loader {
          implicit class Rich(p: Properties) { def req(k: String): String = p.getProperty(k) }
          def main(args: Array[String]): Unit = {
            val g: Properties = groups.get(Keys.Group)
            println(g.getProperty(Keys.Name))
            use(groups.asScala.get("O").map(_.getProperty("option")).getOrElse("d"))
            groups get "M" match { case p: Properties => use(p.getProperty("match")); case null => sys.error("x") }
            for { p <- Option(groups.get("F")); k <- Option(p.getProperty("for")) } yield k
            for ((id, p) <- groups.asScala if id == "Z") use(p.getProperty("loop"))
            use(g.req("rich"), Conf(groups.get("C"), "t").source.getProperty("case"))
            groups.asScala.foreach { case (id, p) => if (id == "E") use(p.getProperty("each")) }
            use(groups.asScala("A").asScala("apply"))
          }
        }"#;
    let expected =
        ["A/apply", "C/case", "E/each", "F/for", "G/rich", "G/stream.name", "M/match", "O/option?", "Z/loop"];
    assert_eq!(lines(&[("Job.scala", text)]), expected);
}

#[test]
fn scala_says_what_it_cannot_follow() {
    let text = "object Job { def main(key: String): Unit = {
        val all = KinesisAnalyticsRuntime.getApplicationProperties.asScala.toMap
        use(all(\"G\").getProperty(s\"pre.$key\"))
        all(\"G\").asScala.foreach { case (k, v) => configuration.setString(k, v) }
        new Consumer(all(\"G\"))\n} }";
    assert_eq!(lines(&[("Job.scala", text)]), ["line 3", "line 4", "line 5"]);
}

#[test]
fn scala_follows_what_is_handed_on_implicitly() {
    let text = r#"
        case class Context(held: Properties)
        class Reader(key: String)(implicit from: Properties) { val value = from.getProperty(key) }
        object Job {
          def need(key: String)(implicit from: Properties): String = deep(key)
          def deep(key: String)(implicit other: Properties): String = other.getProperty(key)
          def summoned(key: String): String = implicitly[Properties].getProperty(key)
          def held(key: String)(implicit context: Context): String = context.held.getProperty(key)
          def main(args: Array[String]): Unit = {
            implicit val own: Properties = KinesisAnalyticsRuntime.getApplicationProperties.get("G")
            implicit val context: Context = Context(own)
            use(need("need"), new Reader("class").value, summoned("summoned"), held("held"))
          }
        }"#;
    assert_eq!(lines(&[("Job.scala", text)]), ["G/class", "G/held", "G/need", "G/summoned"]);
}

#[test]
fn what_an_import_or_a_pattern_takes_out_of_a_value_is_reported() {
    let scala = "object Job { def main(args: Array[String]): Unit = {
        val group = KinesisAnalyticsRuntime.getApplicationProperties.get(\"G\")
        import group.getProperty
        use(getProperty(\"stream.name\"))\n} }";
    assert_eq!(lines(&[("Job.scala", scala)]), ["line 3"]);
    let java = "class Job { record Conf(Properties held) { }
        static void main(String[] args) {
        Object conf = new Conf(KinesisAnalyticsRuntime.getApplicationProperties().get(\"G\"));
        if (conf instanceof Conf(Properties held)) { use(held.getProperty(\"stream.name\")); }\n} }";
    assert_eq!(lines(&[("Job.java", java)]), ["G/stream.name", "line 4"]);
}
