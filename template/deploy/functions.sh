# shellcheck shell=bash
# The functions: built, packed, deployed.

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

# Builds the functions and packs them so that the same source gives the same bytes, wherever and whenever it is built:
# no path of this machine in a panic's text, no time of the build in the zip, whose oldest time is 1980.
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

functions() {
  check_build
  check_account
  there "$ACCESS" || die "$ACCESS is not deployed; its roles are what the functions run with"
  build_functions
  deploy_functions
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

# Lambda cannot assume a role in its first seconds, and `cargo lambda deploy` waits for that only when it made the role
# itself.
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
    answer=$(aws lambda get-function-configuration --function-name "$1" \
      --query '[State, LastUpdateStatus, Role]' --output text)
    IFS=$'\t' read -r state updated found_role <<<"$answer"
    [[ $state != Failed && $updated != Failed ]] || die "the function $1 is $state, its last update $updated"
    [[ $state == Pending || $updated == InProgress ]] || return 0
    sleep 1
  done
}

# A new account has ten concurrent executions in all, and Lambda keeps a hundred of every account unreserved: then it
# goes without.
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
