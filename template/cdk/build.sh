#!/usr/bin/env bash
# Builds the npm package in FOLDER, where `npm ci` has been run, from here, the synthesized templates, and the zips in
# RELEASE/functions. Without RELEASE it has none: FlinkHandlers works, FlinkHandlersInstall refuses.
# Usage: build.sh FOLDER VERSION [RELEASE]
set -euo pipefail
umask 022
export LC_ALL=C TZ=UTC JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=1
here=$(cd "$(dirname "$0")" && pwd)
folder=$1 version=$2 release=${3:-}
zips=()
if [ -n "$release" ]; then
  zips=("$release"/functions/flink-*-*.zip)
  if [ ! -e "${zips[0]}" ]; then
    echo "build.sh: found no functions/*.zip in $release, expected the folder that make release writes: dist/flink-stack-handlers-$version" >&2
    exit 1
  fi
  mapfile -t zips < <(realpath "${zips[@]}")
fi

cd "$folder"
rm -rf src lib templates functions .jsii tsconfig.json ./*.tgz ./*.tsbuildinfo
mkdir src templates functions
# Whatever the modes of a checkout are: they are part of the package's bytes.
install -m 644 "$here"/README.md "$here"/contract.json "$here"/../../LICENSE-* .
install -m 644 "$here"/../{access,functions,handlers,application}.template.json templates/
install -m 644 "$here"/src/*.ts src/
[ ${#zips[@]} = 0 ] || install -m 644 "${zips[@]}" functions/
# One version: the workspace's.
sed "s/\"version\": \"0.0.0\"/\"version\": \"$version\"/" "$here/package.json" >package.json

node_modules/.bin/jsii --fail-on-warnings >jsii.log 2>&1 || { cat jsii.log >&2; exit 1; }
node_modules/.bin/jsii-docgen --output API.md >docgen.log 2>&1 || { cat docgen.log >&2; exit 1; }
if ! cmp -s API.md "$here/API.md"; then
  echo "template/cdk/API.md is not what the sources say: cp '$PWD/API.md' '$here/API.md'" >&2
  exit 1
fi
npm pack --silent --ignore-scripts >packed.log
mv "flink-stack-handlers-$version.tgz" flink-stack-handlers.tgz
