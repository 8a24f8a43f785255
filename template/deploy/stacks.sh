# shellcheck shell=bash
# The stacks: what would be deployed, and the deployment.

check_deploy() {
  check_prefixes PREFIX "$PREFIX"
  check_prefixes DATA_PREFIX "${DATA_PREFIX:-}"
  [[ -n $JAR ]] || die "JAR is missing; give the job's jar: make deploy JAR=path/to/job.jar"
  [[ -f $JAR ]] || die "JAR=$JAR is not a file"
  [[ -n $ONLY_STACK ]] || check_build
  check_account
  local ours
  [[ -n $ONLY_STACK || -z $elsewhere ]] || die "$ACCESS and $HANDLERS are managed by another stack (a StackSet?); run make functions, and this with ONLY_STACK=1"
  [[ $RETAIN =~ ^[01]?$ ]] || die "RETAIN is \"$RETAIN\"; it takes 1 (the application stays when the stack goes) or 0"
  [[ -z $TRACING || $TRACING == Active || $TRACING == PassThrough ]] || die "TRACING is \"$TRACING\"; it takes Active or PassThrough"
  ours=("$name=template/application.template.json")
  [[ -n $ONLY_STACK ]] || ours+=("$ACCESS=template/access.template.json" "$HANDLERS=template/handlers.template.json")
  check_stacks "${ours[@]}"
  [[ -z $ONLY_STACK ]] || there "$HANDLERS" || die "the handlers are not deployed; leave ONLY_STACK out"
  prefixes=flink-
  ! there "$ACCESS" || prefixes=$(output "$ACCESS" ApplicationNamePrefix)
  prefixes=${PREFIX:-$prefixes}
  check_prefixes "ApplicationNamePrefix of $ACCESS" "$prefixes"
  begins "$name" "$prefixes" || die "the name $name does not begin with ${prefixes//,/ or }, and the functions' roles reach no other; give STACK=${prefixes%%,*}... or PREFIX=..."
  look "$name"
  case $found in
    ROLLBACK_COMPLETE | ROLLBACK_FAILED | DELETE_FAILED)
      die "the stack $name is $found and can only be deleted: make destroy ONLY_STACK=1 STACK=$STACK ENV=$ENV" ;;
    UPDATE_ROLLBACK_FAILED)
      die "the stack $name is UPDATE_ROLLBACK_FAILED; what is done about it: aws logs tail /aws/lambda/flink-rollback-unsticker" ;;
    REVIEW_IN_PROGRESS) ;;
    *_IN_PROGRESS)
      die "the stack $name is $found; wait for it" ;;
  esac
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
  # What stands later wins.
  [[ -z ${DATA_PREFIX:-} ]] || access+=("DataNamePrefix=$DATA_PREFIX")
  [[ -z ${BOUNDARY:-} ]] || access+=("BoundaryArn=$BOUNDARY")
  [[ -z ${FURTHER_STREAMS:-} ]] || access+=("FurtherStreams=$FURTHER_STREAMS")
  [[ -z ${FURTHER_TABLES:-} ]] || access+=("FurtherTables=$FURTHER_TABLES")
  [[ -z ${FURTHER_BUCKETS:-} ]] || access+=("FurtherBuckets=$FURTHER_BUCKETS")
  [[ -z ${FURTHER_KEYS:-} ]] || access+=("FurtherKeys=$FURTHER_KEYS")
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

# The arguments: a stack, its template, and what `aws cloudformation deploy` takes besides.
deploy_stack() {
  local stack=$1 template=$2 last changes failed=()
  shift 2
  # After these CloudFormation takes an update only with the option.
  look "$stack"
  [[ $found != CREATE_FAILED && $found != UPDATE_FAILED ]] || failed=(--disable-rollback)
  if ! changes=$(aws cloudformation deploy --stack-name "$stack" --template-file "$template" --no-execute-changeset \
    --no-fail-on-empty-changeset "$@" 2>&1); then
    printf '%s\n' "$changes" >&2
    die "the stack $stack cannot be changed so"
  fi
  changes=$(grep -o 'arn:[^ ]*:changeSet/[^ ]*' <<<"$changes" | head -n 1 || true)
  [[ -n $changes ]] || return 0
  last=$(newest_event "$stack")
  aws cloudformation execute-change-set --change-set-name "$changes" ${failed[@]+"${failed[@]}"} >/dev/null
  watch_stack "$stack" "$last"
  [[ $found == CREATE_COMPLETE || $found == UPDATE_COMPLETE ]] || die "the stack $stack is ${found:-gone}; the first line that says FAILED is the cause"
}

# A jar is kept under the digest of its content: the same jar is uploaded once, another one changes the stack. Puts its
# key into `key`.
read_jar() {
  local digest
  digest=$( (sha256sum "$JAR" 2>/dev/null || shasum -a 256 "$JAR") | cut -d ' ' -f 1)
  key=jars/$digest.jar
}

# Puts what is given as parameters of the application stack into `overrides`, and which template it takes into
# `template`.
read_overrides() {
  template=template/application.template.json
  local line
  # Names are given once, at creation; an update keeps every parameter that is not given. What stands later wins.
  overrides=("JarKey=$key")
  if there "$name"; then
    # What stays when the stack goes stays so until RETAIN says otherwise.
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

# With the very parameters that `deploy` gives.
plan() {
  local key overrides template
  [[ -n $JAR ]] || die "JAR is missing; give the job's jar: make plan JAR=path/to/job.jar"
  [[ -f $JAR ]] || die "JAR=$JAR is not a file"
  needs cargo "see https://rustup.rs"
  check_account
  read_jar
  read_overrides
  cargo run --quiet --bin flink-stack -- plan --stack "$name" --region "$AWS_REGION" --template "$template" \
    ${CHANGE_SET:+--change-set} ${EXPRESS:+--express} ${JSON:+--json} "${overrides[@]}"
}
