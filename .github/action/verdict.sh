#!/usr/bin/env bash
# Fails if a step did: 1 for findings, 2 if rulec could not do its work.
set -uo pipefail

worst=0
for step in CHECK TEST COVERAGE; do
  status=${!step:-0}
  [ "$status" -gt "$worst" ] && worst=$status
  case $status in
    0) ;;
    1) echo "::error title=rulec::${step,,} failed" ;;
    *) echo "::error title=rulec::${step,,} could not be done (exit code $status)" ;;
  esac
done
exit "$worst"
