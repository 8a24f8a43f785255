# shellcheck shell=bash
# The way out.

destroy() {
  check_account
  local others function bucket
  if [[ -z $ONLY_STACK && -n $elsewhere ]]; then
    die "$ACCESS and $HANDLERS are managed by another stack (a StackSet?); take only this stack away: make destroy ONLY_STACK=1"
  fi
  local ours=("$name=template/application.template.json")
  [[ -n $ONLY_STACK ]] || ours+=("$ACCESS=template/access.template.json" "$HANDLERS=template/handlers.template.json")
  check_stacks --delete "${ours[@]}"
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
