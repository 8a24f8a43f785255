#!/usr/bin/env bash
# Puts a Flink application and the functions that look after it into an account, and takes them out again.
#
#   template/deploy.sh deploy JAR=job.jar [STACK=...] ...    access stack, functions, handlers stack, jar, application stack
#   template/deploy.sh plan JAR=job.jar [STACK=...] ...      what the last of these would do; it changes nothing
#   template/deploy.sh destroy [STACK=...] ...               the same in reverse
#   template/deploy.sh functions [REGION=...] ...            only the functions, where a StackSet brings the stacks around them
#   template/deploy.sh packages [ARCH=arm64]                 the functions' packages alone, with their digests
#
# The Makefile's targets of these names call this. It runs against AWS, or against any endpoint in AWS_ENDPOINT_URL: the commands
# are the same. Everything that can be checked is checked before anything is created or deleted.
set -euo pipefail
cd "$(dirname "$0")/.."

# What may be given, as NAME=value after the verb. Variables of the environment with such names (MAIL, ENV, TAG ...) are
# somebody else's.
readonly SETTINGS='STACK ENV JAR REGION PREFIX TAG ARCH MAIL SWEEP PARAMETERS ONLY_STACK RETAIN KEY TRACING JSON
  UNSTICKER_CONCURRENCY POLL_INTERVAL_MS REPLY_MARGIN_MS MAX_REPLAY_HOURS STOP_MINUTES STABILIZE_SECONDS KEEP_SNAPSHOTS CONTINUE_WITH_OWN_ROLE
  IGNORE_CONSENT_TAG'
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
  PREFIX=${PREFIX:-} PARAMETERS=${PARAMETERS:-} ONLY_STACK=${ONLY_STACK:-} RETAIN=${RETAIN:-} KEY=${KEY:-} TRACING=${TRACING:-}
  name=$STACK${ENV:+-$ENV}
  environment_file=template/environments/$ENV.env
  export AWS_PAGER=""
}

# ---- talking -----------------------------------------------------------------------------------------------------------

say() { printf '==> %s\n' "$*"; }
die() { printf 'make %s: %s\n' "$verb" "$*" >&2; exit 1; }

# Runs a command quietly; its output is shown when it fails.
quietly() {
  local output
  if output=$("$@" 2>&1); then return; fi
  printf '%s\n' "$output" >&2
  return 1
}

# ---- looking -----------------------------------------------------------------------------------------------------------

# Puts a stack's status into `found`; nothing when there is no such stack. Any other error ends the script.
look() {
  if found=$(aws cloudformation describe-stacks --stack-name "$1" --query 'Stacks[0].StackStatus' --output text 2>&1); then
    [[ $found != DELETE_COMPLETE ]] || found=
  elif [[ $found == *"does not exist"* ]]; then
    found=
  else
    die "$found"
  fi
}

# Whether there is such a stack. One whose first change set was never executed is not there yet.
there() {
  look "$1"
  [[ -n $found && $found != REVIEW_IN_PROGRESS ]]
}

# An output of a stack.
output() {
  local answer
  answer=$(aws cloudformation describe-stacks --stack-name "$1" --query "Stacks[0].Outputs[?OutputKey=='$2'].OutputValue" --output text)
  [[ -n $answer ]] || die "the stack $1 has no output $2; was it made by another version?"
  printf '%s' "$answer"
}

# Whether the application of a stack stays when the stack goes: template/application-retained.template.json says so in an output.
retains() {
  [[ $(aws cloudformation describe-stacks --stack-name "$1" --output text \
    --query "Stacks[0].Outputs[?OutputKey=='Retained'].OutputValue") == true ]]
}

# Puts into ACCESS and HANDLERS the stacks that export what the names promise: those of a StackSet are called otherwise. Into
# `elsewhere`, whether somebody else keeps them.
look_for_stacks() {
  local stack
  elsewhere=
  stack=$(exporting_stack flink-access-bucket)
  [[ -z $stack || $stack == *:stack/$ACCESS/* ]] || ACCESS=$stack elsewhere=yes
  stack=$(exporting_stack flink-handlers-auto-start-arn)
  [[ -z $stack || $stack == *:stack/$HANDLERS/* ]] || HANDLERS=$stack elsewhere=yes
}

# The ARN of the stack that has this export, or nothing.
exporting_stack() {
  aws cloudformation list-exports --query "Exports[?Name=='$1'].ExportingStackId" --output text | sed 's/^None$//'
}

# The newest event of a stack, or nothing when there is no such stack.
newest_event() {
  aws cloudformation describe-stack-events --stack-name "$1" --no-paginate --query 'StackEvents[0].EventId' --output text 2>/dev/null || true
}

# What a stack's resources came to after an event, oldest first: event, resource, status, reason.
events_after() {
  aws cloudformation describe-stack-events --stack-name "$1" --no-paginate --output text \
    --query 'StackEvents[].[EventId, LogicalResourceId, ResourceStatus, ResourceStatusReason]' |
    awk -F '\t' -v last="$2" '$1 == last { old = 1 } !old && $3 ~ /(COMPLETE|FAILED)$/ { line[++n] = $0 }
      END { while (n) print line[n--] }'
}

# Waits until a stack rests, showing what its resources come to, and leaves its status in `found`. The arguments: the stack,
# and its newest event before.
watch_stack() {
  local last=$2 rows event resource status reason seen=
  while true; do
    look "$1"
    [[ -n $found ]] || return 0
    rows=$(events_after "$1" "$last" || true)
    while IFS=$'\t' read -r event resource status reason; do
      [[ -n $event ]] || continue
      last=$event seen=yes
      [[ -z $reason || $reason == None ]] || status+=": $reason"
      printf '    %s %s\n' "$resource" "$status"
    done <<<"$rows"
    # At rest, and not merely not begun yet.
    [[ $found == *_IN_PROGRESS || -z $seen ]] || return 0
    sleep 3
  done
}

# Puts the stacks that import an export of the handlers into `importers`; CloudFormation keeps the account of it, not we.
look_for_importers() {
  local exports export_name answer
  importers=
  exports=$(aws cloudformation list-exports --query "Exports[?starts_with(Name, 'flink-handlers-')].Name" --output text)
  for export_name in $exports; do
    if answer=$(aws cloudformation list-imports --export-name "$export_name" --query Imports --output text 2>&1); then
      importers+=" $answer"
    elif [[ $answer != *"not imported by any stack"* ]]; then
      die "$answer"
    fi
  done
}

needs() { command -v "$1" >/dev/null || die "$1 is not installed; $2"; }

check_account() {
  [[ $ENV =~ ^[a-zA-Z0-9-]*$ ]] || die "ENV is \"$ENV\"; it takes letters, digits and hyphens"
  needs aws "see https://docs.aws.amazon.com/cli/ (or: pip install awscli)"
  AWS_REGION=${REGION:-${AWS_REGION:-${AWS_DEFAULT_REGION:-$(aws configure get region || true)}}}
  [[ -n $AWS_REGION ]] || die "no region; give REGION=..., or run: aws configure set region ..."
  export AWS_REGION AWS_DEFAULT_REGION=$AWS_REGION
  account=$(aws sts get-caller-identity --query Account --output text 2>&1) || die "no AWS account answers: $account"
  look_for_stacks
}

# ---- deploy ------------------------------------------------------------------------------------------------------------

# The arguments: a stack, its template, and what `aws cloudformation deploy` takes besides.
deploy_stack() {
  local stack=$1 template=$2 last changes
  shift 2
  if ! changes=$(aws cloudformation deploy --stack-name "$stack" --template-file "$template" --no-execute-changeset \
    --no-fail-on-empty-changeset "$@" 2>&1); then
    printf '%s\n' "$changes" >&2
    die "the stack $stack cannot be changed so"
  fi
  changes=$(grep -o 'arn:[^ ]*:changeSet/[^ ]*' <<<"$changes" | head -n 1 || true)
  [[ -n $changes ]] || return 0
  last=$(newest_event "$stack")
  aws cloudformation execute-change-set --change-set-name "$changes" >/dev/null
  watch_stack "$stack" "$last"
  [[ $found == CREATE_COMPLETE || $found == UPDATE_COMPLETE ]] || die "the stack $stack is ${found:-gone}; the first line that says FAILED is the cause"
}

# Lambda cannot assume a role in its first seconds, and `cargo lambda deploy` waits for that only when it made the role itself.
deploy_function() {
  local function=$1 role=$2 variables=$3 tracing=$4 answer attempt
  for attempt in 1 2 3 4 5 6; do
    if answer=$(cargo lambda deploy "$function" --role "$role" --env-var "$variables" --tracing "$tracing" --region "$AWS_REGION" 2>&1); then break; fi
    if [[ $answer != *"cannot be assumed"* || $attempt == 6 ]]; then
      printf '%s\n' "$answer" >&2
      die "the function $function was not deployed"
    fi
    sleep 5
  done
  wait_for_function "$function"
  # It also leaves the role of an existing function alone when nothing else changed.
  if [[ $found_role != "$role" ]]; then
    quietly aws lambda update-function-configuration --function-name "$function" --role "$role"
    wait_for_function "$function"
  fi
}

# Waits until a function takes events, and puts its role into `found_role`.
wait_for_function() {
  local answer state updated
  while true; do
    answer=$(aws lambda get-function-configuration --function-name "$1" --query '[State, LastUpdateStatus, Role]' --output text)
    IFS=$'\t' read -r state updated found_role <<<"$answer"
    [[ $state != Failed && $updated != Failed ]] || die "the function $1 is $state, its last update $updated"
    [[ $state == Pending || $updated == InProgress ]] || return 0
    sleep 1
  done
}

# A new account has ten concurrent executions in all, and Lambda keeps a hundred of every account unreserved: then it goes without.
reserve_concurrency() {
  local function=$1 many=$2 answer
  if [[ $many == 0 ]]; then
    quietly aws lambda delete-function-concurrency --function-name "$function"
    return
  fi
  if answer=$(aws lambda put-function-concurrency --function-name "$function" --reserved-concurrent-executions "$many" 2>&1); then
    say "function $function: at most $many at once"
  elif [[ $answer == *UnreservedConcurrentExecution* ]]; then
    say "function $function: nothing reserved, the account's concurrency is too low for $many. Stacks that get stuck together may wait" \
      "longer. Raise Lambda's quota \"Concurrent executions\" above $((many + 100)) and deploy again, or give UNSTICKER_CONCURRENCY=0"
  else
    die "$answer"
  fi
}

# The output of the access stack that holds a function's role: flink-auto-start -> AutoStartRoleArn.
role_output() {
  local word
  printf '%s' "${1#flink-}" | tr '-' '\n' | while read -r word || [[ -n $word ]]; do
    printf '%s%s' "$(printf '%s' "${word:0:1}" | tr '[:lower:]' '[:upper:]')" "${word:1}"
  done
  printf 'RoleArn'
}

check_deploy() {
  [[ -n $JAR ]] || die "JAR is missing; give the job's jar: make deploy JAR=path/to/job.jar"
  [[ -f $JAR ]] || die "JAR=$JAR is not a file"
  [[ -n $ONLY_STACK ]] || check_build
  check_account
  [[ -n $ONLY_STACK || -z $elsewhere ]] || die "somebody else keeps $ACCESS and $HANDLERS, a StackSet perhaps; run make functions, and this with ONLY_STACK=1"
  [[ $RETAIN =~ ^[01]?$ ]] || die "RETAIN is \"$RETAIN\"; it takes 1 (the application stays when the stack goes) or 0"
  [[ -z $TRACING || $TRACING == Active || $TRACING == PassThrough ]] || die "TRACING is \"$TRACING\"; it takes Active or PassThrough"
  [[ -z $ONLY_STACK ]] || there "$HANDLERS" || die "the handlers are not deployed; leave ONLY_STACK out"
  prefix=flink-
  ! there "$ACCESS" || prefix=$(output "$ACCESS" ApplicationNamePrefix)
  prefix=${PREFIX:-$prefix}
  [[ $name == "$prefix"* ]] || die "the name $name does not begin with $prefix, and the functions' roles reach no other; give STACK=$prefix... or PREFIX=..."
  look "$name"
  case $found in
    ROLLBACK_COMPLETE | ROLLBACK_FAILED | CREATE_FAILED | DELETE_FAILED)
      die "the stack $name is $found and can only be deleted: make destroy ONLY_STACK=1 STACK=$STACK ENV=$ENV" ;;
    UPDATE_ROLLBACK_FAILED)
      die "the stack $name is UPDATE_ROLLBACK_FAILED; what is done about it: aws logs tail /aws/lambda/flink-rollback-unsticker" ;;
    REVIEW_IN_PROGRESS) ;;
    *_IN_PROGRESS)
      die "the stack $name is $found; wait for it" ;;
  esac
}

functions() {
  check_build
  check_account
  there "$ACCESS" || die "$ACCESS is not deployed; its roles are what the functions run with"
  build_functions
  deploy_functions
}

# Builds the functions and packs them so that the same source gives the same bytes, wherever and whenever it is built: no path of
# this machine in a panic's text, no time of the build in the zip, whose oldest time is 1980.
build_functions() {
  local function build cpu
  say "building ${FUNCTIONS[*]} for $ARCH"
  # Lambda's processors, as cargo-lambda itself has them: RUSTFLAGS takes the place of its own.
  case $ARCH in
    x86_64) cpu=haswell ;;
    arm64) cpu=neoverse-n1 ;;
  esac
  # The runtime's own glibc: for an older one the linker adds libpthread and libdl, which are empty since 2.34.
  build=(--release --locked --target "${ARCH/arm64/aarch64}-unknown-linux-gnu.2.34")
  for function in "${FUNCTIONS[@]}"; do build+=(--bin "$function"); done
  RUSTFLAGS="${RUSTFLAGS:-} -C target-cpu=$cpu --remap-path-prefix=$PWD=. --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo" \
    quietly cargo lambda build "${build[@]}" || die "the functions do not build"
  for function in "${FUNCTIONS[@]}"; do
    TZ=UTC touch -t 198001010000 "${CARGO_TARGET_DIR:-target}/lambda/$function/bootstrap"
  done
}

check_build() {
  local libraries
  needs cargo "see https://rustup.rs"
  cargo lambda --version >/dev/null 2>&1 || die "cargo-lambda is not installed; pip install cargo-lambda (it brings zig)"
  case $ARCH in
    x86_64) ;;
    arm64)
      libraries=$(rustc --print target-libdir --target aarch64-unknown-linux-gnu)
      [[ -d $libraries ]] || die "ARCH=arm64 takes the target: rustup target add aarch64-unknown-linux-gnu" ;;
    *) die "ARCH is \"$ARCH\"; it takes x86_64 or arm64" ;;
  esac
}

packages() {
  local function folder
  check_build
  build_functions
  for function in "${FUNCTIONS[@]}"; do
    folder=${CARGO_TARGET_DIR:-target}/lambda/$function
    # Its own packing, as `cargo lambda deploy` uploads it; nothing is deployed.
    quietly cargo lambda deploy "$function" --dry || die "the function $function cannot be packed"
    (sha256sum "$folder/bootstrap.zip" 2>/dev/null || shasum -a 256 "$folder/bootstrap.zip")
  done
}

deploy() {
  check_deploy
  say "account $account, region $AWS_REGION${AWS_ENDPOINT_URL:+, endpoint $AWS_ENDPOINT_URL}"
  [[ -n $ONLY_STACK ]] || deploy_handlers
  deploy_application
}

deploy_handlers() {
  local access=() handlers=()
  build_functions

  say "stack $ACCESS: roles, logs, queue, topic, bucket"
  # Only what is given: an update keeps every other parameter as it is.
  [[ -z $PREFIX ]] || access+=("ApplicationNamePrefix=$PREFIX" "DataNamePrefix=$PREFIX")
  [[ -z ${CONTINUE_WITH_OWN_ROLE:-} ]] || access+=("ContinueWithOwnRole=$CONTINUE_WITH_OWN_ROLE")
  [[ -z ${IGNORE_CONSENT_TAG:-} ]] || access+=("IgnoreConsentTag=$IGNORE_CONSENT_TAG")
  [[ -z ${MAIL:-} ]] || access+=("IncidentMail=$MAIL")
  [[ -z $KEY ]] || access+=("KeyArn=$KEY")
  [[ -z $TRACING ]] || access+=("Tracing=$TRACING")
  deploy_stack $ACCESS template/access.template.json --capabilities CAPABILITY_NAMED_IAM \
    ${access[@]+--parameter-overrides "${access[@]}"}

  deploy_functions

  say "stack $HANDLERS: events, schedule, alarms, exports"
  [[ -z ${SWEEP:-} ]] || handlers+=("Sweep=$SWEEP")
  [[ -z ${UNSTICKER_CONCURRENCY:-} ]] || handlers+=("UnstickerConcurrency=$UNSTICKER_CONCURRENCY")
  deploy_stack "$HANDLERS" template/handlers.template.json ${handlers[@]+--parameter-overrides "${handlers[@]}"}
  reserve_concurrency flink-rollback-unsticker "$(output "$HANDLERS" UnstickerConcurrency)"
}

deploy_functions() {
  local function role variables
  for function in "${FUNCTIONS[@]}"; do
    say "function $function"
    variables="POLL_INTERVAL_MS=${POLL_INTERVAL_MS:-5000},REPLY_MARGIN_MS=${REPLY_MARGIN_MS:-15000}"
    if [[ $function == flink-rollback-unsticker ]]; then
      variables+=",MAX_REPLAY_HOURS=${MAX_REPLAY_HOURS:-20},STOP_MINUTES=${STOP_MINUTES:-10}"
      variables+=",STABILIZE_SECONDS=${STABILIZE_SECONDS:-60},KEEP_SNAPSHOTS=${KEEP_SNAPSHOTS:-10}"
      # What the roles allow and what the function believes are one parameter.
      variables+=",CONTINUE_WITH_OWN_ROLE=$(output "$ACCESS" ContinueWithOwnRole)"
    fi
    role=$(output "$ACCESS" "$(role_output "$function")")
    # What the role allows and what the function does are one parameter, here too.
    deploy_function "$function" "$role" "$variables" "$(output "$ACCESS" Tracing)"
  done
}

# A jar is kept under the digest of its content: the same jar is uploaded once, another one changes the stack. Puts its key into `key`.
read_jar() {
  local digest
  digest=$( (sha256sum "$JAR" 2>/dev/null || shasum -a 256 "$JAR") | cut -d ' ' -f 1)
  key=jars/$digest.jar
}

# Puts what is given as parameters of the application stack into `overrides`, and which template it takes into `template`.
read_overrides() {
  template=template/application.template.json
  local line
  # Names are given once, at creation; an update keeps every parameter that nobody gives. What stands later wins.
  overrides=("JarKey=$key")
  if there "$name"; then
    # What stays when the stack goes stays so until somebody says otherwise.
    [[ -n $RETAIN ]] || ! retains "$name" || RETAIN=1
  else
    overrides+=("ApplicationName=$name" "StreamName=$name" "TableName=$name")
    # A plan may come before everything.
    ! there "$ACCESS" || overrides+=("AlarmTopicArn=$(output "$ACCESS" IncidentTopicArn)")
  fi
  [[ $RETAIN != 1 ]] || template=template/application-retained.template.json
  [[ -z $KEY ]] || overrides+=("KeyArn=$KEY")
  if [[ -n $ENV && -f $environment_file ]]; then
    while read -r line || [[ -n $line ]]; do
      [[ -z $line || $line == \#* ]] || overrides+=("$line")
    done <"$environment_file"
  fi
  # shellcheck disable=SC2206 # words, on purpose: Key=Value Key=Value
  overrides+=($PARAMETERS)
}

deploy_application() {
  local key bucket service_role application overrides template
  service_role=$(output "$ACCESS" StackRoleArn)
  bucket=$(output "$ACCESS" BucketName)

  read_jar
  if aws s3api head-object --bucket "$bucket" --key "$key" >/dev/null 2>&1; then
    say "jar s3://$bucket/$key is there already"
  else
    say "jar $JAR to s3://$bucket/$key"
    quietly aws s3 cp --only-show-errors "$JAR" "s3://$bucket/$key" || die "the jar was not uploaded"
  fi

  read_overrides
  say "stack $name: $(IFS=' '; printf '%s' "${overrides[*]}")"
  # shellcheck disable=SC2086 # TAG is words too
  deploy_stack "$name" $template --capabilities CAPABILITY_IAM --role-arn "$service_role" \
    --parameter-overrides "${overrides[@]}" --tags $TAG

  application=$(output "$name" ApplicationName)
  aws cloudformation describe-stacks --stack-name "$name" --output text \
    --query 'Stacks[0].Outputs[].[OutputKey, OutputValue]' | awk -F '\t' '{ printf "    %-22s %s\n", $1, $2 }'
  look "$name"
  say "stack $name is $found, application $application is $(aws kinesisanalyticsv2 describe-application \
    --application-name "$application" --query ApplicationDetail.ApplicationStatus --output text)"
}

# ---- plan ------------------------------------------------------------------------------------------------------------

# With the very parameters that `deploy` gives.
plan() {
  local key overrides template
  [[ -n $JAR ]] || die "JAR is missing; give the job's jar: make plan JAR=path/to/job.jar"
  [[ -f $JAR ]] || die "JAR=$JAR is not a file"
  needs cargo "see https://rustup.rs"
  check_account
  read_jar
  read_overrides
  cargo run --quiet --package template --features aws -- plan --stack "$name" --region "$AWS_REGION" --template "$template" \
    ${JSON:+--json} "${overrides[@]}"
}

# ---- destroy -----------------------------------------------------------------------------------------------------------

delete_stack() {
  local stack=$1 last
  look "$stack"
  [[ -n $found ]] || return 0
  say "deleting the stack $stack"
  last=$(newest_event "$stack")
  aws cloudformation delete-stack --stack-name "$stack"
  watch_stack "$stack" "$last"
  [[ -z $found ]] || die "the stack $stack is $found; the first line that says FAILED is the cause"
}

# Every version of every object: a bucket that holds one cannot be deleted.
empty_bucket() {
  local bucket=$1 batch
  say "emptying the bucket $bucket"
  while batch=$(aws s3api list-object-versions --bucket "$bucket" --max-items 400 --output json \
    --query '{Objects: [Versions, DeleteMarkers][][].{Key: Key, VersionId: VersionId}}') && [[ $batch == *'"Key"'* ]]; do
    quietly aws s3api delete-objects --bucket "$bucket" --delete "$batch"
  done
}

destroy() {
  check_account
  local others function bucket
  if [[ -z $ONLY_STACK && -n $elsewhere ]]; then
    die "somebody else keeps $ACCESS and $HANDLERS, a StackSet perhaps; take only this stack away: make destroy ONLY_STACK=1"
  fi
  look_for_importers
  others=$(printf '%s' "$importers" | tr -s ' \t' '\n' | sort -u | grep -vx -e "$name" -e '' | paste -sd ' ' - || true)
  if [[ -z $ONLY_STACK && -n $others ]]; then
    die "$others still uses the handlers; destroy it first, or take only this stack away: make destroy ONLY_STACK=1"
  fi
  if [[ -z $ONLY_STACK ]] && there "$name" && retains "$name"; then
    die "the application of $name stays and needs its role's boundary in $ACCESS; take the stack alone away: make destroy ONLY_STACK=1, or let the application go with it: make deploy RETAIN=0"
  fi
  delete_stack "$name"
  if [[ -n $ONLY_STACK ]]; then say "the functions and their stacks stay, for other applications"; return; fi
  delete_stack $HANDLERS
  for function in "${FUNCTIONS[@]}"; do
    if aws lambda get-function --function-name "$function" >/dev/null 2>&1; then
      say "deleting the function $function"
      aws lambda delete-function --function-name "$function" >/dev/null
    fi
  done
  if there "$ACCESS"; then
    bucket=$(output "$ACCESS" BucketName)
    empty_bucket "$bucket"
    delete_stack $ACCESS
  fi
  say "nothing is left of $name, $HANDLERS, $ACCESS and the functions"
}

main() {
  verb=${1:-}
  case $verb in
    deploy) read_settings "${@:2}"; deploy ;;
    destroy) read_settings "${@:2}"; destroy ;;
    functions) read_settings "${@:2}"; functions ;;
    packages) read_settings "${@:2}"; packages ;;
    plan) read_settings "${@:2}"; plan ;;
    *) printf 'usage: %s deploy|plan|destroy|functions|packages [NAME=value ...]\n' "$0" >&2; return 2 ;;
  esac
}

# On one line, so that a script that changes while it runs is not read on.
main "$@"; exit
