#!/usr/bin/env bash
# Puts a Flink application and the functions that look after it into an account, and takes them out again.
#
#   template/deploy.sh deploy JAR=job.jar [STACK=...] ...    access stack, functions, handlers stack, jar, application
#   stack template/deploy.sh plan JAR=job.jar [STACK=...] ...      what the last of these would do; it changes nothing
#   template/deploy.sh destroy [STACK=...] ...               the same in reverse
#   template/deploy.sh functions [REGION=...] ...            only the functions, where a StackSet brings the stacks
#   around them template/deploy.sh packages [ARCH=arm64]                 the functions' packages alone, with their
#   digests
#
# The Makefile's targets of these names call this. It runs against AWS, or against any endpoint in AWS_ENDPOINT_URL: the
# commands are the same. Everything that can be checked is checked before anything is created or deleted.
set -euo pipefail
cd "$(dirname "$0")/.."

for part in settings account functions stacks destroy; do
  # shellcheck source=/dev/null
  source "template/deploy/$part.sh"
done

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
