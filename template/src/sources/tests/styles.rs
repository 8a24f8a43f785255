//! How a job can be written in each language.

mod python;

pub(super) use python::PYTHON;

/// How a job in one language can be written: `$g` is the group so far, `$k` the key, `$r` the read.
pub(super) struct Style {
    pub(super) file: &'static str,
    /// With `$s`, the statement, and `$n`, the key's text.
    pub(super) job: &'static str,
    pub(super) group: &'static str,
    pub(super) ways: &'static [&'static str],
    pub(super) keys: &'static [&'static str],
    pub(super) reads: &'static [&'static str],
    pub(super) places: &'static [&'static str],
}

pub(super) const JAVA: Style = Style {
    file: "Job.java",
    job: r#"
        class Keys { static final String KEY = "$n"; static String key() { return KEY; } }
        enum Key { NAME("$n"); final String text; Key(String text) { this.text = text; } String getText() { return text; } }
        class Holder { private final Properties held; Holder(Properties held) { this.held = held; }
            Properties getHeld() { return held; }
            String at(String key) { return held.getProperty(key); } }
        @Data @AllArgsConstructor class Generated { private Properties held; }
        class Fn extends MapFunction { final Properties g; Fn(Properties g) { this.g = g; }
            String map(String k) { return g.getProperty("$n"); } }
        class Job {
            static Properties field;
            static Properties same(Properties given) { return given; }
            static String reads(Properties given, String key) { return given.getProperty(key); }
            static Map<String, String> copy(Properties given) { Map<String, String> to = new HashMap<>();
                given.forEach((k, v) -> to.put((String) k, (String) v)); return to; }
            static Properties filled(Properties given) { Properties to = new Properties(); fill(to, given); return to; }
            static void fill(Properties to, Properties from) { to.putAll(from); }
            static String later() { return field.getProperty("$n"); }
            void main(String[] args) {
                Map<String, Properties> all = KinesisAnalyticsRuntime.getApplicationProperties();
                $s
            }
        }"#,
    group: "all.get(\"G\")",
    ways: &[
        "$g",
        "((Properties) $g)",
        "Objects.requireNonNull($g)",
        "Optional.ofNullable($g).orElseThrow()",
        "same($g)",
        "new Holder($g).getHeld()",
        "new Generated($g).getHeld()",
        "copy($g)",
        "filled($g)",
        "ParameterTool.fromMap((Map) $g)",
        "library.wrap($g)",
        "$g.stringPropertyNames()",
        "(args.length > 0 ? $g : null)",
        "new Library($g)",
        "List.of($g).get(0)",
    ],
    keys: &[
        "\"$n\"",
        "Keys.KEY",
        "Keys.key()",
        "Key.NAME.getText()",
        "(\"\" + \"$n\")",
        "library.key(\"$n\")",
        "(args.length > 0 ? \"$n\" : \"$n\")",
    ],
    reads: &[
        "$g.getProperty($k)",
        "$g.getOrDefault($k, \"d\")",
        "reads($g, $k)",
        "new Holder($g).at($k)",
        "library.value($g, $k)",
        "Optional.ofNullable($g).map(g -> g.getProperty($k)).orElse(\"d\")",
        "List.of($k).stream().map($g::getProperty).findFirst()",
        "$g.entrySet().stream().filter(e -> e.getKey().equals($k)).findFirst()",
        "new Fn($g)",
        "((Supplier<String>) () -> $g.getProperty($k)).get()",
    ],
    places: &[
        "use($r);",
        "LOG.info(\"it is {}\", $r);",
        "run(() -> $r);",
        "if (args.length > 0) { use($r); }",
        "try { use($r); } catch (Exception e) { }",
        "for (String a : args) { use($r); }",
        "switch (args[0]) { case \"a\": use($r); }",
        "new Runnable() { public void run() { use($r); } };",
        "throw new IllegalStateException($r);",
        "field = $g; later(); use($r);",
        "Runnable r = () -> use($r);",
        "class Local { String run() { return $r; } } use(new Local().run());",
        "class Local { final String held = $r; } use(new Local().held);",
    ],
};

pub(super) const KOTLIN: Style = Style {
    file: "Job.kt",
    job: r#"
        const val KEY = "$n"
        enum class Key(val text: String) {
            NAME("$n")
        }
        data class Holder(val held: Properties)
        fun given(name: String = "none", held: Properties = Properties()): Properties = held
        fun Properties.at(key: String): String? = getProperty(key)
        fun main(args: Array<String>) {
            val all: Map<String, Properties> = KinesisAnalyticsRuntime.getApplicationProperties()
            $s
        }"#,
    group: "all[\"G\"]!!",
    ways: &[
        "$g",
        "($g as Properties)",
        "Holder($g).held",
        "$g.also { println(it) }",
        "$g.let { it }",
        "wrap($g)",
        "requireNotNull($g)",
        "$g.toMap()",
        "all.filterKeys { it == \"G\" }.values.first()",
        "given(\"x\", $g)",
    ],
    keys: &["\"$n\"", "KEY", "Key.NAME.text", "\"${KEY}\"", "\"$KEY\"", "other(\"$n\")"],
    reads: &[
        "$g.getProperty($k)",
        "$g[$k]",
        "($g.getProperty($k) ?: \"d\")",
        "$g.at($k)",
        "with($g) { getProperty($k) }",
        "$g.run { getProperty($k) }",
        "listOf($k).map { $g.getProperty(it) }",
        "$g.filter { it.key == $k }",
        "$g.mapKeys { it.key }",
    ],
    places: &[
        "use($r)",
        "println($r)",
        "run { use($r) }",
        "if (args.size > 0) use($r) else use(1)",
        "val x by lazy { $r }",
        "args.forEach { use($r) }",
        "when (args[0]) {\n \"a\" -> use($r)\n }",
        "class Local {\n fun run() = $r\n }\n use(Local().run())",
    ],
};

pub(super) const SCALA: Style = Style {
    file: "Job.scala",
    job: r#"
        object Keys { val Key = "$n" }
        case class Holder(held: Properties)
        class Conf(val held: Properties)
        object Conf { def apply(held: Properties): Conf = new Conf(held) }
        object Job {
          def rest(name: String, all: AnyRef*): Properties = all(1).asInstanceOf[Properties]
          def at(given: Properties, key: String): String = given.getProperty(key)
          def main(args: Array[String]): Unit = {
            val all: Map[String, Properties] = KinesisAnalyticsRuntime.getApplicationProperties.asScala.toMap
            $s
          }
        }"#,
    group: "all(\"G\")",
    ways: &[
        "$g",
        "$g.asInstanceOf[Properties]",
        "Holder($g).held",
        "Option($g).get",
        "wrap($g)",
        "$g.asScala",
        "Some($g).get",
        "Conf($g).held",
        "all.asScala.filterKeys(_ == \"G\").head._2",
        "Option($g).toRight(\"no group\").toOption.get",
        "rest(\"x\", \"y\", $g)",
    ],
    keys: &["\"$n\"", "Keys.Key", "s\"${Keys.Key}\"", "other(\"$n\")", "(\"\" + Keys.Key)"],
    reads: &[
        "$g.getProperty($k)",
        "at($g, $k)",
        "Option($g).map(_.getProperty($k)).getOrElse(\"d\")",
        "($g getProperty $k)",
        "Seq($k).map(k => $g.getProperty(k))",
        "$g.filter { case (k, v) => k == $k }",
        "Option($g).fold(\"\")(g => g.getProperty($k))",
    ],
    places: &[
        "use($r)",
        "println($r)",
        "if (args.isEmpty) use($r)",
        "args.foreach(a => use($r))",
        "args match { case Array(a) => use($r); case _ => }",
        "lazy val x = $r",
        "new Library { override def x(): String = $r }",
        "class Local { def run: String = $r }\n            use(new Local().run)",
    ],
};
