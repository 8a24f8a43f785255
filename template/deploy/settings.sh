# shellcheck shell=bash
# What may be given, how it is reported, and whether it can be used.

# What may be given, as NAME=value after the verb. Variables of the environment with such names (MAIL, ENV, TAG ...) are
# other programs'.
readonly SETTINGS='STACK ENV JAR REGION PREFIX DATA_PREFIX BOUNDARY FURTHER_STREAMS FURTHER_TABLES FURTHER_BUCKETS
  FURTHER_KEYS TAG ARCH MAIL SWEEP PARAMETERS ONLY_STACK RETAIN KEY TRACING JSON CHANGE_SET UNSTICKER_CONCURRENCY
  POLL_INTERVAL_MS REPLY_MARGIN_MS MAX_REPLAY_HOURS STOP_MINUTES STABILIZE_SECONDS KEEP_SNAPSHOTS
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
