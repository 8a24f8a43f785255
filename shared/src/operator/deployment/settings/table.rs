//! The one list of settings.

use super::{Setting, ValueKind, Verb};

const ALL: &[Verb] = &[Verb::Deploy, Verb::Destroy, Verb::Plan, Verb::Functions, Verb::Handlers];
const STACK: &[Verb] = &[Verb::Deploy, Verb::Destroy, Verb::Plan];
const APPLICATION: &[Verb] = &[Verb::Deploy, Verb::Plan];
const BUILD: &[Verb] = &[Verb::Deploy, Verb::Functions, Verb::Handlers, Verb::Packages];
const FUNCTIONS: &[Verb] = &[Verb::Deploy, Verb::Functions, Verb::Handlers];
const HANDLERS: &[Verb] = &[Verb::Deploy, Verb::Handlers];
const DEPLOY: &[Verb] = &[Verb::Deploy];
const CHANGE: &[Verb] = &[Verb::Deploy, Verb::Destroy, Verb::Handlers];

macro_rules! table {
    ($($name:ident: $takes:expr, $verbs:expr, $default:literal, $meaning:literal;)*) => {
        /// Every setting, in the order of the table in template/README.md.
        pub const SETTINGS: &[Setting] = &[$(Setting {
            name: stringify!($name),
            meaning: $meaning,
            default: $default,
            takes: $takes,
            verbs: $verbs,
        }),*];
    };
}

table! {
    JAR: ValueKind::Text, APPLICATION, "required",
        "the job's jar; kept in the bucket under the digest of its content";
    JAR_SOURCES: ValueKind::Text, DEPLOY, "none",
        "the job's sources: a key that they read without a default and the template does not inject is refused, as \
         `check-properties` says it";
    STACK: ValueKind::Text, STACK, "`flink-test`",
        "the stack is STACK, or STACK-ENV; application, stream and table are called like it";
    ENV: ValueKind::Name, STACK, "none",
        "the environment: its name ends the stack's, its parameters are in `template/environments/ENV.env`";
    REGION: ValueKind::Text, ALL, "the AWS CLI's",
        "the region";
    ARCH: ValueKind::Words(&["x86_64", "arm64"]), BUILD, "`x86_64`, the tested one",
        "`x86_64`, or `arm64` with a toolchain that has the target";
    RELEASE: ValueKind::Text, HANDLERS, "none: the functions are built",
        "a release folder: its templates, and its zips as a functions stack, in the place of a build";
    BUCKET: ValueKind::Text, HANDLERS, "the artifact bucket",
        "with RELEASE, the bucket of the region for the zips; `${AWS::Region}` may stand in its name";
    TAKE_OVER: ValueKind::Switch, HANDLERS, "`0`",
        "`1`: functions that were installed [the other way](#from-one-way-to-the-other) are deleted and deployed anew";
    PREFIX: ValueKind::Prefixes, HANDLERS, "`flink-`",
        "how the names of applications, streams and tables begin: one to five prefixes, separated by commas; they \
         bound the functions' roles and the boundary of jobs";
    DATA_PREFIX: ValueKind::Prefixes, HANDLERS, "PREFIX",
        "the same for streams and tables alone";
    FURTHER_STREAMS: ValueKind::Text, HANDLERS, "none",
        "streams that jobs may use beyond that, [by ARN](#what-a-job-may-do)";
    FURTHER_TABLES: ValueKind::Text, HANDLERS, "none",
        "tables, likewise";
    FURTHER_BUCKETS: ValueKind::Text, HANDLERS, "none",
        "buckets, likewise";
    FURTHER_KEYS: ValueKind::Text, HANDLERS, "none",
        "keys, likewise";
    BOUNDARY: ValueKind::Text, HANDLERS, "ours",
        "a managed policy of yours, by ARN, [in the place of ours](#what-a-job-may-do)";
    PARAMETERS: ValueKind::Text, APPLICATION, "none; `template/environments/ENV.env` holds an environment's own",
        "`Key=Value ...` of the application template";
    TAG: ValueKind::Text, DEPLOY, "`flink-unstick=enabled`",
        "tags of the stack, `Key=Value ...`";
    MAIL: ValueKind::Text, HANDLERS, "none",
        "who gets incident reports and alarms by mail";
    ONLY_STACK: ValueKind::Switch, &[Verb::Deploy, Verb::Destroy], "all stacks",
        "`1`: only the application stack; the handlers stay as they are";
    CONTINUE_WITH_OWN_ROLE: ValueKind::Words(&["true", "false"]), HANDLERS, "`false`",
        "`true`: also stacks without a service role are continued, with the unsticker's own";
    UNSTICKER_CONCURRENCY: ValueKind::Whole(0, 900), HANDLERS, "10",
        "how many of the unsticker run at once (its reserved concurrency); `0`: nothing is reserved. An account \
         whose concurrency is too low gets a message and goes without";
    IGNORE_CONSENT_TAG: ValueKind::Words(&["true", "false"]), HANDLERS, "`false`",
        "`true`: the unsticker's policy does not ask for the tag, only its code; for an account where it is \
         denied what it is for";
    MAX_REPLAY_HOURS: ValueKind::Whole(0, 8760), FUNCTIONS, "20",
        "the unsticker force-stops only while what is read again is younger";
    STOP_MINUTES: ValueKind::Whole(0, 1440), FUNCTIONS, "10",
        "how long the unsticker waits for a graceful stop";
    STABILIZE_SECONDS: ValueKind::Whole(0, 3600), FUNCTIONS, "60",
        "how long a recovered job stays RUNNING before a snapshot proves it";
    KEEP_SNAPSHOTS: ValueKind::Whole(0, 1000), FUNCTIONS, "10",
        "how many of the handlers' own snapshots of an application stay";
    SWEEP: ValueKind::Words(&["ENABLED", "DISABLED"]), HANDLERS, "`ENABLED`",
        "`DISABLED`: no sweep every 15 minutes";
    RETAIN: ValueKind::Switch, APPLICATION, "`0`",
        "`1`: the application stays when its stack goes; `0`: not any more";
    KEY: ValueKind::Text, &[Verb::Deploy, Verb::Plan, Verb::Handlers], "the services' own keys",
        "the ARN of a KMS key of yours, see [below](#keys-of-your-own)";
    TRACING: ValueKind::Words(&["PassThrough", "Active"]), HANDLERS, "`PassThrough`",
        "`Active`: the functions send traces to X-Ray, and may";
    POLL_INTERVAL_MS: ValueKind::Whole(0, 900_000), FUNCTIONS, "5000",
        "the base wait of the functions' polling policy, in milliseconds; all waits scale with it";
    REPLY_MARGIN_MS: ValueKind::Whole(0, 900_000), FUNCTIONS, "15000",
        "how long before its deadline a function answers, in milliseconds";
    EXPRESS: ValueKind::Switch, APPLICATION, "`0`",
        "`1`: CloudFormation's EXPRESS mode; `plan` says what it means for the job";
    YES: ValueKind::Switch, CHANGE, "`0`",
        "`1`: consent without a question, as a command without a terminal needs it for what broadens permissions, \
         replaces a resource or loses state";
    VERBOSE: ValueKind::Switch, CHANGE, "`0`",
        "`1`: every resource that changes or goes, not only those that are replaced, removed or hold something";
    PLAIN: ValueKind::Switch, CHANGE, "`0`",
        "`1`: plain lines also on a terminal";
    JSON: ValueKind::Switch, ALL, "`0`",
        "`1`: JSON, a document of `plan`, a line for each step of the others";
    CHANGE_SET: ValueKind::Switch, &[Verb::Plan], "`0`",
        "for `plan` alone, `1`: CloudFormation is asked by a change set that is never executed";
}
