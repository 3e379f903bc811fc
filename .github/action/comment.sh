#!/usr/bin/env bash
# One comment on the pull request, written anew at each run.
set -euo pipefail

mark='<!-- rulec coverage -->'
[ -s "${REPORT:-}" ] || { echo "there is no report to show"; exit 0; }

# GitHub takes 65,536 characters.
body=$(mktemp)
{ printf '%s\n' "$mark"; head -c 65000 "$REPORT" | iconv -c -f utf-8 -t utf-8; } >"$body"

comments=repos/$REPOSITORY/issues/$PULL_REQUEST/comments
ours=$(gh api --paginate "$comments" --jq ".[] | select(.body | startswith(\"$mark\")) | .id" | head -n 1) || ours=
if [ -n "$ours" ]; then
  gh api --silent --method PATCH "repos/$REPOSITORY/issues/comments/$ours" -F body=@"$body"
else
  gh api --silent --method POST "$comments" -F body=@"$body"
fi ||
  # A pull request from a fork has a token that only reads.
  echo "::warning title=rulec::the coverage comment could not be written; the report is in the summary of the job"
