#!/bin/bash
# Speed, memory and size beside peers: `run.sh [convert plain capture memory sizes first_page
# labels blobs repo rack]`, all when none is named. Prints figures as they come, then one table, and
# keeps them in out/bench.json. A figure that does not hold says so; it is no failed test,
# since the machine may have had other things to do.
set -u
cd "$(dirname "$0")/../.."
out=${OUT:-out}
start=$(date +%s)
export BENCH_FIGURES=$out/bench.tsv
: >"$BENCH_FIGURES"
for part in ${*:-convert plain capture memory sizes first_page labels blobs repo rack}; do
    bash "tests/bench/$part.sh" || echo "# $part did not end well"
done

jq -Rn --arg cpus "$(nproc)" --arg machine "$(sed -n 's/^model name.*: //p;' /proc/cpuinfo | head -1)" \
    --arg took "$(($(date +%s) - start))" \
    '{machine: $machine, processors: ($cpus | tonumber), seconds: ($took | tonumber), figures: [inputs | split("\t") |
      {section: .[0], text: .[1], value: (.[2] | tonumber? // null), unit: .[3], wanted: .[4], verdict: .[5]}]}' \
    <"$BENCH_FIGURES" >"$out/bench.json"
echo
awk -F'\t' '$5 != "" { printf "%s  %-62s %10.6g %-12s %-10s %s\n", $1, $2, $3, $4, $5, $6
        held += $6 == "holds"; all++ }
    END { printf "%d of %d figures hold", held, all }' "$BENCH_FIGURES"
echo " ($(($(date +%s) - start)) s; out/bench.json has all of them)"
