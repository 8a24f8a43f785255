#!/usr/bin/env bash
# Checks the package that build.sh made in FOLDER: what it contains, its size, that it names no folder of this machine,
# and that it is the same bytes when it is built in another folder from files of other modes.
# Usage: check.sh FOLDER VERSION [RELEASE]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=$1 version=$2 release=${3:-}
package=$folder/flink-stack-handlers.tgz
# Bytes of a package without zips; with them each function and architecture adds its own.
most=$((200 * 1000 + $(find "$folder/functions" -name '*.zip' -printf '%s\n' | paste -sd+ | sed 's/^$/0/') * 101 / 100))

failed() {
  echo "check.sh: $package: $*" >&2
  exit 1
}

content=$(tar --list --gzip --file "$package" | grep -v '/functions/' | LC_ALL=C sort)
diff <(echo "$content") "$here/test/content.txt" >&2 || failed "found other files than template/cdk/test/content.txt lists"
for zip in $(tar --list --gzip --file "$package" | grep '/functions/' || true); do
  [[ $zip =~ ^package/functions/flink-[a-z-]+-(x86_64|arm64)\.zip$ ]] || failed "found $zip, expected <function>-<architecture>.zip"
done
size=$(stat --format %s "$package")
[ "$size" -le "$most" ] || failed "found $size bytes, expected at most $most"
if tar --extract --gzip --to-stdout --exclude '*.zip' --file "$package" | grep -qF -e "$folder" -e "$HOME/" -e "$here"; then
  failed "names a folder of this machine"
fi

again=$folder/../again
rm -rf "$again" && mkdir -p "$again/template"
ln -s "$folder/node_modules" "$again/node_modules"
cp "$here"/../../LICENSE-* "$again"
cp "$here"/../*.template.json "$again/template"
cp -r "$here" "$again/template/cdk"
chmod -R go-rwx "$again/template"
mkdir "$again/out" && ln -s "$folder/node_modules" "$again/out/node_modules"
(umask 077 && "$again/template/cdk/build.sh" "$again/out" "$version" "$release")
cmp "$package" "$again/out/flink-stack-handlers.tgz" >&2 || failed "is not the same bytes when it is built again"
rm -rf "$again"
echo "$package: $size bytes, $(tar --list --gzip --file "$package" | wc -l) files, the same bytes twice"
