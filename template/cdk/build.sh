#!/usr/bin/env bash
# Builds the npm package in FOLDER, where `npm ci` has been run: from here, the synthesized templates, and RELEASE, the
# folder that `make release` writes. Its templates, zips, SBOMs and licences go into the package, which is of its
# version then. Without RELEASE there are no zips: FlinkHandlers works, FlinkHandlersInstall asks for them.
# Usage: [REPOSITORY=https://...] build.sh FOLDER [RELEASE]
set -euo pipefail
umask 022
export LC_ALL=C TZ=UTC JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=1
here=$(cd "$(dirname "$0")" && pwd)
folder=$1 release=${2:+$(realpath "$2")}
templates=$here/..
[ -z "$release" ] || templates=$release/templates
if [ ! -e "$templates/access.template.json" ]; then
  echo "build.sh: found no templates/access.template.json in $release, expected the folder that make release writes" >&2
  exit 1
fi

cd "$folder"
rm -rf src lib templates .jsii tsconfig.json ./*.tsbuildinfo
mkdir src templates
# Whatever the modes of a checkout are: they are part of the package's bytes.
install -m 644 "$here"/README.md "$here"/contract.json "$here"/../../LICENSE-* .
install -m 644 "$templates"/{access,functions,handlers,application}.template.json templates/
install -m 644 "$here"/src/*.ts src/
# One version: the templates'. A package that names no repository that exists is private: npm publishes none of those.
node -e '
  const fs = require("fs");
  const [from, repository] = process.argv.slice(1);
  const json = JSON.parse(fs.readFileSync(from, "utf8"));
  json.version = JSON.parse(fs.readFileSync("templates/access.template.json", "utf8")).Metadata.FlinkStackHandlersVersion;
  if (repository) {
    json.repository.url = repository;
    delete json.private;
  }
  fs.writeFileSync("package.json", JSON.stringify(json, null, 2) + "\n");
' "$here/package.json" "${REPOSITORY:-}"

node_modules/.bin/jsii --fail-on-warnings >jsii.log 2>&1 || { cat jsii.log >&2; exit 1; }
node_modules/.bin/jsii-docgen --output API.md >docgen.log 2>&1 || { cat docgen.log >&2; exit 1; }
if ! cmp -s API.md "$here/API.md"; then
  echo "template/cdk/API.md is not what the sources say: cp '$PWD/API.md' '$here/API.md'" >&2
  exit 1
fi
"$here/pack.sh" . "$release"
