# shellcheck shell=bash
# What may be given, how it is reported, and whether it can be used.

# What may be given, as NAME=value after the verb. Variables of the environment with such names (MAIL, ENV, TAG ...) are
# other programs'. The lines with `#:` are the table of template/README.md: `make pages` writes it, a test compares it.
#: JAR | the job's jar; kept in the bucket under the digest of its content | required
#: STACK, ENV | the stack is STACK, or STACK-ENV; application, stream and table are called like it | `flink-test`,
#:   none
#: REGION | the region | the AWS CLI's
#: ARCH | `x86_64`, or `arm64` with a toolchain that has the target | `x86_64`, the tested one
#: PREFIX | how the names of applications, streams and tables begin: one to five prefixes, separated by commas;
#:   they bound the functions' roles and the boundary of jobs | `flink-`
#: DATA_PREFIX | the same for streams and tables alone | PREFIX
#: FURTHER_STREAMS, FURTHER_TABLES, FURTHER_BUCKETS, FURTHER_KEYS | what jobs may use beyond that, [by
#:   ARN](#what-a-job-may-do) | none
#: BOUNDARY | a managed policy of yours, by ARN, [in the place of ours](#what-a-job-may-do) | ours
#: PARAMETERS | `Key=Value ...` of the application template | none; `template/environments/ENV.env` holds an
#:   environment's own
#: TAG | tags of the stack | `flink-unstick=enabled`
#: MAIL | who gets incident reports and alarms by mail | none
#: ONLY_STACK | `1`: only the application stack; the handlers stay as they are | all stacks
#: CONTINUE_WITH_OWN_ROLE | `true`: also stacks without a service role are continued, with the unsticker's own |
#:   `false`
#: UNSTICKER_CONCURRENCY | how many of the unsticker run at once (its reserved concurrency); `0`: nothing is
#:   reserved. An account whose concurrency is too low gets a message and goes without | 10
#: IGNORE_CONSENT_TAG | `true`: the unsticker's policy does not ask for the tag, only its code; for an account
#:   where it is denied what it is for | `false`
#: MAX_REPLAY_HOURS, STOP_MINUTES, STABILIZE_SECONDS | the unsticker's bounds | 20, 10, 60
#: KEEP_SNAPSHOTS | how many of the handlers' own snapshots of an application stay | 10
#: SWEEP | `DISABLED`: no sweep every 15 minutes | `ENABLED`
#: RETAIN | `1`: the application stays when its stack goes; `0`: not any more. A stack keeps what it has | `0`
#: KEY | the ARN of a KMS key of yours, see [below](#keys-of-your-own) | the services' own keys
#: TRACING | `Active`: the functions send traces to X-Ray, and may | `PassThrough`
#: POLL_INTERVAL_MS | the base wait of the functions' polling policy, in milliseconds; all waits scale with it |
#:   5000
#: REPLY_MARGIN_MS | how long before its deadline a function answers, in milliseconds | 15000
#: JSON, CHANGE_SET, EXPRESS | for `make plan` alone: `1` prints JSON; `1` asks CloudFormation by a change set that
#:   is never executed; `1` says what EXPRESS mode means for the job | none
readonly SETTINGS='STACK ENV JAR REGION PREFIX DATA_PREFIX BOUNDARY FURTHER_STREAMS FURTHER_TABLES FURTHER_BUCKETS
  FURTHER_KEYS TAG ARCH MAIL SWEEP PARAMETERS ONLY_STACK RETAIN KEY TRACING JSON CHANGE_SET EXPRESS
  UNSTICKER_CONCURRENCY POLL_INTERVAL_MS REPLY_MARGIN_MS MAX_REPLAY_HOURS STOP_MINUTES STABILIZE_SECONDS KEEP_SNAPSHOTS
  CONTINUE_WITH_OWN_ROLE IGNORE_CONSENT_TAG'
ACCESS=flink-access HANDLERS=flink-handlers
# The one list. Role, function and binary of each have the same name; memory and timeout stand in functions/Cargo.toml.
readonly FUNCTIONS=(flink-auto-start flink-property-groups flink-update-guard flink-rollback-unsticker)

read_settings() {
  local given setting
  # shellcheck disable=SC2086 # words
  unset $SETTINGS
  for given in "$@"; do
    setting=${given%%=*}
    # shellcheck disable=SC2086 # words
    [[ $given == *=* && " ${SETTINGS//[[:space:]]/ } " == *" $setting "* ]] || die "$given is not a setting; these are:" $SETTINGS
    printf -v "$setting" '%s' "${given#*=}"
  done
  STACK=${STACK:-flink-test} ENV=${ENV:-} JAR=${JAR:-} TAG=${TAG:-flink-unstick=enabled} ARCH=${ARCH:-x86_64}
  PREFIX=${PREFIX:-} PARAMETERS=${PARAMETERS:-} ONLY_STACK=${ONLY_STACK:-} RETAIN=${RETAIN:-} KEY=${KEY:-}
  TRACING=${TRACING:-}
  name=$STACK${ENV:+-$ENV}
  environment_file=template/environments/$ENV.env
  export AWS_PAGER=""
}

say() { printf '==> %s\n' "$*"; }
die() { printf 'make %s: %s\n' "$verb" "$*" >&2; exit 1; }

# Runs a command quietly; its output is shown when it fails.
quietly() {
  local output
  if output=$("$@" 2>&1); then return; fi
  printf '%s\n' "$output" >&2
  return 1
}

# How names begin is one to five prefixes, separated by commas: a policy has no room for more, and a sixth would be
# granted nothing. The arguments: the setting, and its value.
check_prefixes() {
  local prefixes
  IFS=, read -ra prefixes <<<"$2"
  [[ $2 =~ ^[a-zA-Z0-9_.,-]*$ ]] || die "$1 is \"$2\"; it takes prefixes of letters, digits, _, . and -, separated by commas"
  # CloudFormation would read an empty prefix, with which every name begins.
  [[ $2 != ,* && $2 != *, && $2 != *,,* ]] || die "$1 is \"$2\"; one of its prefixes is empty, and every name would begin so"
  ((${#prefixes[@]} <= 5)) || die "$1 has ${#prefixes[@]} prefixes ($2); it takes one to five, separated by commas"
}

# Whether a name begins with one of these prefixes.
begins() {
  local prefix prefixes
  IFS=, read -ra prefixes <<<"$2"
  for prefix in "${prefixes[@]}"; do
    [[ $1 != "$prefix"* ]] || return 0
  done
  return 1
}

needs() { command -v "$1" >/dev/null || die "$1 is not installed; $2"; }
