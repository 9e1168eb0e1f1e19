#!/bin/sh
# Fuzz every parser for a while: `tests/fuzz/run.sh SECONDS`. Findings stay in out/fuzz-finds.
set -u
cd "$(dirname "$0")/../.."
mkdir -p out/fuzz-finds
bad=0
good=0
for target in out/fuzzers/*; do
    name=$(basename "$target")
    mkdir -p "out/fuzz-corpus/$name"
    if "$target" -max_total_time="$1" -timeout=10 -rss_limit_mb=1024 -artifact_prefix="out/fuzz-finds/$name-" \
        "out/fuzz-corpus/$name" "tests/fuzz/corpus/$name" >"out/fuzz-finds/$name.log" 2>&1; then
        good=$((good + 1))
        echo "ok - $name $(grep -o 'Done [0-9]* runs' "out/fuzz-finds/$name.log")"
    else
        bad=$((bad + 1))
        echo "not ok - $name: out/fuzz-finds/$name.log"
    fi
done
echo "$good passed, $bad failed"
[ $bad = 0 ]
