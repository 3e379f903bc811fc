#!/bin/sh
# Runs every fuzz target for SECONDS, one after the other: run.sh SECONDS [TARGET ...]
# Stable Rust: the coverage flags are LLVM's own, so neither nightly nor cargo-fuzz is needed.
set -eu
cd "$(dirname "$0")"
seconds=${1:?"usage: run.sh SECONDS [TARGET ...]"}
shift
[ $# -gt 0 ] || set -- items condition output config yaml log format
host=$(rustc -vV | sed -n 's/^host: //p')
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
# With --target, build scripts are built without these flags.
RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares" \
    cargo build --release --target "$host"
./seeds.sh
mkdir -p artifacts
status=0
for target; do
    echo "== $target"
    mkdir -p "corpus/$target"
    "$CARGO_TARGET_DIR/$host/release/$target" "corpus/$target" "seeds/$target" \
        -max_total_time="$seconds" -max_len=4096 -timeout=25 -rss_limit_mb=4096 \
        -artifact_prefix="artifacts/$target-" -print_final_stats=1 -verbosity=1 || status=1
done
exit $status
