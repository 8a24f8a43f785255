#!/usr/bin/env bash
# Checks the package that build.sh made in FOLDER: what it contains, its size, that it names no folder of this machine,
# and that it is the same bytes when it is built in another folder from files of other modes. Then packs a stand-in for
# a release, and releases with a defect, which are refused.
# Usage: check.sh FOLDER [RELEASE]
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
folder=$1 release=${2:+$(realpath "$2")}
package=$folder/flink-stack-handlers.tgz
functions=(flink-{auto-start,property-groups,rollback-unsticker,update-guard})
# Bytes: of the package without a release, and of each function for each architecture (a zip of 3 MB and its SBOM).
most=200000 most_each=3300000

failed() {
  echo "check.sh: $*" >&2
  exit 1
}

# What a package contains, for these architectures.
listed() {
  cat "$here/test/content.txt"
  for architecture in "$@"; do
    printf "package/functions/%s-$architecture.zip\n" "${functions[@]}"
    printf "package/sbom/%s-$architecture.cdx.json\n" "${functions[@]}"
  done
  [ $# = 0 ] || echo package/THIRD_PARTY_LICENSES
}

contains() {
  local file=$1
  shift
  diff <(tar --list --gzip --file "$file" | sort) <(listed "$@" | sort) >&2 ||
    failed "$file: found other files (<) than expected (>)"
}

mapfile -t architectures < <(
  cd "$folder" && find functions -name 'flink-auto-start-*.zip' 2>/dev/null | sed 's/.*-start-//; s/.zip//'
)
[ -z "$release" ] || [ ${#architectures[@]} != 0 ] || failed "$package: found no zips, expected those of $release"
contains "$package" "${architectures[@]}"
size=$(stat --format %s "$package")
most=$((most + ${#architectures[@]} * ${#functions[@]} * most_each))
[ "$size" -le "$most" ] || failed "$package: found $size bytes, expected at most $most"
if tar --extract --gzip --to-stdout --exclude '*.zip' --file "$package" | grep -qF -e "$folder" -e "$HOME/" -e "$here"; then
  failed "$package: names a folder of this machine"
fi

again=$folder/../again
rm -rf "$again" && mkdir -p "$again/template"
cp "$here"/../../LICENSE-* "$again"
cp "$here"/../*.template.json "$again/template"
cp -r "$here" "$again/template/cdk"
chmod -R go-rwx "$again/template"
mkdir "$again/out" && ln -s "$folder/node_modules" "$again/out/node_modules"
(umask 077 && "$again/template/cdk/build.sh" "$again/out" "$release")
cmp "$package" "$again/out/flink-stack-handlers.tgz" >&2 || failed "$package: is not the same bytes when it is built again"

stand_in=$again/release
released() {
  rm -rf "$stand_in" && mkdir -p "$stand_in/functions" "$stand_in/sbom"
  cp -r "$again/out/templates" "$stand_in"
  for name in "${functions[@]}"; do
    for architecture in x86_64 arm64; do
      echo "$name" >"$stand_in/functions/$name-$architecture.zip"
      echo "{}" >"$stand_in/sbom/$name-$architecture.cdx.json"
    done
  done
  echo licences >"$stand_in/THIRD_PARTY_LICENSES"
  "$@"
}
released true
"$here/pack.sh" "$again/out" "$stand_in"
contains "$again/out/flink-stack-handlers.tgz" x86_64 arm64
for defect in "rm $stand_in/functions/flink-update-guard-arm64.zip" "rm $stand_in/sbom/flink-auto-start-x86_64.cdx.json" \
  "rm $stand_in/THIRD_PARTY_LICENSES" "cp $here/contract.json $stand_in/templates/handlers.template.json"; do
  released $defect
  if "$here/pack.sh" "$again/out" "$stand_in" 2>"$again/said"; then failed "packs a release after: $defect"; fi
  grep -q "^pack.sh: found .*${defect##*/}" "$again/said" || failed "says of a release after $defect: $(cat "$again/said")"
done
rm -rf "$again"
echo "$package: $size bytes, $(tar --list --gzip --file "$package" | wc -l) files, the same bytes twice; 4 defects of a release refused"
