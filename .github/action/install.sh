#!/usr/bin/env bash
# Puts rulec on the path: a release, its checksum compared; or the action's own code, built.
set -euo pipefail

found() {
  printf 'rulec=%s\n' "$1" >>"$GITHUB_OUTPUT"
  dirname "$1" >>"$GITHUB_PATH"
  "$1" --version
}

build() {
  cargo install --locked --quiet --path "$ACTION_PATH" --root "$RUNNER_TEMP/rulec"
  found "$RUNNER_TEMP/rulec/bin/rulec"
}

version=${RULEC_VERSION:-$ACTION_REF}
case $version in
  source) build; exit ;;
  v[0-9]*) ;;
  # A branch or a commit of the action has no release.
  *) build; exit ;;
esac

# A self-hosted runner may have it already.
if here=$(command -v rulec) && [ "$(rulec --version)" = "rulec ${version#v}" ]; then
  found "$here"
  exit
fi

case "$RUNNER_OS-$RUNNER_ARCH" in
  Linux-X64) target=x86_64-unknown-linux-musl ;;
  Linux-ARM64) target=aarch64-unknown-linux-musl ;;
  macOS-X64) target=x86_64-apple-darwin ;;
  macOS-ARM64) target=aarch64-apple-darwin ;;
  Windows-X64) target=x86_64-pc-windows-msvc ;;
  *) build; exit ;;
esac
case $target in
  *windows*) archive=rulec-$target.zip ;;
  *) archive=rulec-$target.tar.gz ;;
esac
url=${RULEC_RELEASES:-https://github.com/rulec/rulec/releases/download}/$version
to=$RUNNER_TEMP/rulec
mkdir -p "$to"
cd "$to"
for file in "$archive" "$archive.sha256"; do
  curl --fail --silent --show-error --location --retry 3 --output "$file" "$url/$file"
done
if command -v sha256sum >/dev/null; then sha256sum --check --quiet "$archive.sha256"; else shasum -a 256 --check --quiet "$archive.sha256"; fi
case $archive in
  *.zip) unzip -q -o "$archive"; found "$to/rulec.exe" ;;
  *) tar -xzf "$archive"; found "$to/rulec" ;;
esac
