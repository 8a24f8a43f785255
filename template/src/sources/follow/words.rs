//! The names by which libraries in four languages do what is done with property groups.

/// Names, with a space between them.
#[derive(Clone, Copy)]
pub(super) struct Words(&'static str);

impl Words {
    pub(super) fn contains(self, name: &&str) -> bool {
        self.any(|word| word == *name)
    }

    pub(super) fn any(self, is: impl FnMut(&str) -> bool) -> bool {
        self.0.split(' ').any(is)
    }
}

/// Calls that only tell people something.
pub(super) const QUIET: Words = Words(
    "println print printf info debug warn warning error trace critical exception log logInfo logWarning logDebug \
    logError fatal eprintln pprint isinstance isfile exists is_file pp severe fine",
);
/// Calls that make a text of something, for people.
pub(super) const TEXTUAL: Words = Words(
    "toString mkString dumps format pformat repr joinToString writeValueAsString toJson entrySet keySet items \
    asScala concat",
);
/// Functions whose lambda has `this` for what it is called on.
pub(super) const IMPLICIT: Words = Words("with run apply");
/// Methods whose argument stands in for a value that is missing.
pub(super) const STANDS_IN: Words = Words(
    "orElse orElseGet getOrElse ifBlank ifEmpty or requireNonNullElse firstNonNull defaultIfBlank defaultIfEmpty \
    defaultString coalesce requireNonNullElseGet fold",
);
/// Calls that return what they are given, or the same in another wrapping.
pub(super) const HANDS_ON: Words = Words(
    "requireNonNull requireNonNullElse checkNotNull checkArgument notNull requireNotNull \
    checkNotNullExpressionValue Option Some Optional ofNullable Try Success Right firstNonNull fromMap \
    fromProperties HashMap TreeMap LinkedHashMap ConcurrentHashMap Hashtable Properties copyOf unmodifiableMap \
    dict cast iter next valueOf str String mapOf asMap OrderedDict MappingProxyType defaultIfBlank \
    defaultIfEmpty defaultString coalesce trimToNull trimToEmpty deepcopy copy asList of listOf setOf arrayOf \
    List Seq Set Array Stream Vector tuple just fromNullable safe nonNull ImmutableMap fromJavaMap",
);
/// Calls that make a collection.
pub(super) const MAKES: Words = Words(
    "asList of listOf setOf arrayOf List Seq Set Array Stream Vector tuple dict mutableMapOf hashMapOf \
    linkedMapOf mutableListOf emptyMap empty list set defaultdict",
);
/// Methods that put something into what they are called on.
pub(super) const FILLS: Words =
    Words("put putAll putIfAbsent setProperty set update add addAll append += ++= []= addOne setdefault");
/// Functions that run a lambda and return what it returns, or what they were given.
pub(super) const RUNS: Words = Words(
    "lazy run runCatching with let also apply supplyAsync memoize synchronized use supplier Supplier withDefault",
);
/// Words in the name of a helper that reads an entry.
pub(super) const IS_READ: Words = Words("propert group get require read param");

/// Methods that return the same in another wrapping.
pub(super) const SAME: Words = Words(
    "asScala toMap asJava asDict clone copy stream iterator toList toSeq orElse orElseGet orElseThrow get \
    getOrElse toOption collect findFirst findAny orEmpty toMutableMap toConcurrentMap as asInstanceOf also \
    toProperties getProperties getConfiguration read read_text load loads open readText filterNotNull \
    parallelStream sequence asSequence view head headOption first firstOrNull single singleOrNull find seq iter \
    next await result value cache items entrySet entries toSet immutable",
);
/// Methods that say something about a map without reading a property.
pub(super) const HARMLESS: Words = Words(
    "isEmpty isNotEmpty size length count nonEmpty equals hashCode isPresent isDefined isNull close exists \
    is_file isNullOrEmpty isSuccess knownSize getClass indices __len__ __class__ isFile javaClass as_posix clear \
    ==",
);
/// Methods that ask whether an entry is there.
pub(super) const ASKS: Words = Words("containsKey contains has isDefinedAt __contains__ has_key");
/// Methods whose first argument is a key, whatever it is made of.
pub(super) const READS: Words = Words(
    "get [] apply getOrDefault getProperty getValue getOrElse getOrElseUpdate pop getRequired getInt getLong \
    getBoolean getDouble getFloat getShort getByte getString getOrPut getEnum getInteger computeIfAbsent \
    getDuration asScala toMap __getitem__",
);
/// Methods that run a lambda for each element.
pub(super) const EACH: Words = Words(
    "forEach foreach map flatMap filter find first firstOrNull single singleOrNull any all exists collect \
    mapNotNull filterKeys filterValues mapValues ifPresent onEach takeIf last",
);
/// Of these, the ones that return elements.
pub(super) const CHOOSES: Words = Words(
    "filter find first firstOrNull single singleOrNull onEach takeIf last lastOrNull filterKeys filterValues filterNot",
);
/// Methods that return all keys, values or entries of a map.
pub(super) const LISTS: Words = Words(
    "entrySet items entries keySet keys values stringPropertyNames propertyNames iterator stream elements toList \
    toSeq toSet asIterable asSequence",
);

/// Methods and fields that take a key or a value out of an entry of a map.
pub(super) const PARTS: Words = Words("getKey getValue key value _1 _2 toString component1 component2 nextElement");
