#!/usr/bin/env bash
# Packs a built program for a release, with completions, manual pages and a checksum: pack.sh TARGET DIRECTORY
set -euo pipefail
target=$1
to=$(mkdir -p "$2" && cd "$2" && pwd)
cd "$(dirname "$0")/../.."

program=${CARGO_TARGET_DIR:-target}/$target/release/rulec
[ -f "$program" ] || program=$program.exe
stage=$(mktemp -d)
cp "$program" README.md LICENSE CHANGELOG.md "$stage"
mkdir "$stage/completions" "$stage/man"
for shell in bash zsh fish powershell elvish; do
  "$program" completions "$shell" >"$stage/completions/rulec.$shell"
done
"$program" man --out "$stage/man"

cd "$to"
case $target in
  *windows*)
    archive=rulec-$target.zip
    (cd "$stage" && 7z a -bd -tzip "$to/$archive" ./* >/dev/null)
    ;;
  *)
    archive=rulec-$target.tar.gz
    tar --create --gzip --file "$archive" --directory "$stage" .
    ;;
esac
if command -v sha256sum >/dev/null; then sha256sum "$archive"; else shasum -a 256 "$archive"; fi >"$archive.sha256"
rm -r "$stage"
