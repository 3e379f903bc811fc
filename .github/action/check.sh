#!/usr/bin/env bash
# Findings as annotations in the log, and as SARIF for code scanning.
set -uo pipefail

read -r -a rules <<<"$(tr '\n' ' ' <<<"$RULES")"
deny=()
[ "$DENY_WARNINGS" = true ] && deny=(--deny warnings)

sarif=$RUNNER_TEMP/rulec.sarif
"$RULEC" check "${deny[@]}" --format sarif --output "$sarif" "${rules[@]}" >/dev/null 2>&1
[ -s "$sarif" ] && printf 'sarif=%s\n' "$sarif" >>"$GITHUB_OUTPUT"

"$RULEC" check "${deny[@]}" --format github "${rules[@]}"
printf 'status=%s\n' "$?" >>"$GITHUB_OUTPUT"
