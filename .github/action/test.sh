#!/usr/bin/env bash
# The tests beside the rules; a repository without any has nothing to fail.
set -uo pipefail

read -r -a rules <<<"$(tr '\n' ' ' <<<"$RULES")"
if [ -z "$(find "${rules[@]}" \( -name '*.test.yaml' -o -name '*.test.yml' \) -print -quit)" ]; then
  echo "there are no test files"
  printf 'status=0\n' >>"$GITHUB_OUTPUT"
  exit 0
fi
"$RULEC" test "${rules[@]}"
printf 'status=%s\n' "$?" >>"$GITHUB_OUTPUT"
