# shellcheck shell=bash
# Looking: the account, and its stacks as they are.

check_account() {
  [[ $ENV =~ ^[a-zA-Z0-9-]*$ ]] || die "ENV is \"$ENV\"; it takes letters, digits and hyphens"
  needs aws "see https://docs.aws.amazon.com/cli/ (or: pip install awscli)"
  AWS_REGION=${REGION:-${AWS_REGION:-${AWS_DEFAULT_REGION:-$(aws configure get region || true)}}}
  [[ -n $AWS_REGION ]] || die "no region; give REGION=..., or run: aws configure set region ..."
  export AWS_REGION AWS_DEFAULT_REGION=$AWS_REGION
  account=$(aws sts get-caller-identity --query Account --output text 2>&1) || die "no AWS account answers: $account"
  look_for_stacks
}

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

# Whether the application of a stack stays when the stack goes: template/application-retained.template.json says so in
# an output.
retains() {
  [[ $(aws cloudformation describe-stacks --stack-name "$1" --output text \
    --query "Stacks[0].Outputs[?OutputKey=='Retained'].OutputValue") == true ]]
}

# Puts into ACCESS and HANDLERS the stacks that export what the names promise: those of a StackSet are called otherwise.
# Into `elsewhere`, whether another stack manages them.
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

# Puts the stacks that import an export of the handlers into `importers`; CloudFormation keeps the account of it, not
# we.
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

# The newest event of a stack, or nothing when there is no such stack.
newest_event() {
  aws cloudformation describe-stack-events --stack-name "$1" --no-paginate --query 'StackEvents[0].EventId' \
    --output text 2>/dev/null || true
}

# What a stack's resources came to after an event, oldest first: event, resource, status, reason.
events_after() {
  aws cloudformation describe-stack-events --stack-name "$1" --no-paginate --output text \
    --query 'StackEvents[].[EventId, LogicalResourceId, ResourceStatus, ResourceStatusReason]' |
    awk -F '\t' -v last="$2" '$1 == last { old = 1 } !old && $3 ~ /(COMPLETE|FAILED)$/ { line[++n] = $0 }
      END { while (n) print line[n--] }'
}

# Waits until a stack rests, showing what its resources come to, and leaves its status in `found`. The arguments: the
# stack, and its newest event before.
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

# Ends the script when a stack was not made from our template: deploying ours would delete what it holds. The arguments:
# `--delete` or nothing, and pairs STACK=FILE.
check_stacks() {
  needs cargo "see https://rustup.rs"
  cargo run --quiet --bin flink-stack -- check-stack --region "$AWS_REGION" "$@" ||
    die "refused, and nothing was changed: the lines above say why"
}
