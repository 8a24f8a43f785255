#!/usr/bin/env bash
# Packs FOLDER, which build.sh has compiled, as flink-stack-handlers.tgz, with the zips of RELEASE, their SBOMs, and the
# licences of what is linked into them.
# Usage: pack.sh FOLDER [RELEASE]
set -euo pipefail
umask 022
folder=$1 release=${2:-}
functions=(auto-start property-groups rollback-unsticker update-guard)

failed() {
  echo "pack.sh: $*, expected the folder that make release writes, of the version that is packed" >&2
  exit 1
}

cd "$folder"
rm -rf functions sbom THIRD_PARTY_LICENSES ./*.tgz
if [ -n "$release" ]; then
  mkdir functions sbom
  for template in templates/*; do
    cmp --silent "$template" "$release/$template" || failed "found another $template in $release"
  done
  architectures=()
  for architecture in x86_64 arm64; do
    [ ! -e "$release/functions/flink-auto-start-$architecture.zip" ] || architectures+=("$architecture")
  done
  [ ${#architectures[@]} != 0 ] || failed "found no functions/flink-auto-start-*.zip in $release"
  for binary in "${functions[@]/#/flink-}"; do
    for architecture in "${architectures[@]}"; do
      for file in "functions/$binary-$architecture.zip" "sbom/$binary-$architecture.cdx.json"; do
        [ -s "$release/$file" ] || failed "found no $file in $release"
        install -m 644 "$release/$file" "$file"
      done
    done
  done
  [ -s "$release/THIRD_PARTY_LICENSES" ] || failed "found no THIRD_PARTY_LICENSES in $release"
  install -m 644 "$release/THIRD_PARTY_LICENSES" .
fi
# The name of the file has no build metadata (`+commit`).
npm pack --silent --ignore-scripts >packed.log
mv "$(tail -n 1 packed.log)" flink-stack-handlers.tgz
