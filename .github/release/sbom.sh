#!/usr/bin/env bash
# Writes what the program is made of, as CycloneDX: sbom.sh DIRECTORY
set -euo pipefail
to=$(mkdir -p "$1" && cd "$1" && pwd)
cd "$(dirname "$0")/../.."
cargo cyclonedx --quiet --format json --features s3 --override-filename rulec.cdx
mv rulec.cdx.json "$to/rulec.cdx.json"
cd "$to"
if command -v sha256sum >/dev/null; then sha256sum rulec.cdx.json; else shasum -a 256 rulec.cdx.json; fi >rulec.cdx.json.sha256
