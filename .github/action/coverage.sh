#!/usr/bin/env bash
# The proof, as a summary of the job and as a file for the comment.
set -uo pipefail

read -r -a rules <<<"$(tr '\n' ' ' <<<"$RULES")"
limits=()
[ -n "$FAIL_UNDER" ] && limits=(--fail-under "$FAIL_UNDER")

report=$RUNNER_TEMP/rulec-coverage.md
"$RULEC" coverage --benchmark "$BENCHMARK" --lang "$REPORT_LANGUAGE" "${limits[@]}" --format markdown --output "$report" "${rules[@]}"
status=$?
printf 'status=%s\n' "$status" >>"$GITHUB_OUTPUT"
if [ -s "$report" ]; then
  printf 'report=%s\n' "$report" >>"$GITHUB_OUTPUT"
  cat "$report" >>"$GITHUB_STEP_SUMMARY"
fi
