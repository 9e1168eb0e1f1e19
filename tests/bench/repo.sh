#!/bin/bash
# 8. Ledger and store: REPO_VOLUMES (50000) volumes with ten events each; with 500000 it
# takes 12 GB and, on a machine of its own, a quarter of an hour.
set -u
cd "$(dirname "$0")/../.."
. tests/bench/lib_bench.sh
volumes=${REPO_VOLUMES:-50000}
repo_work=$work # as postgres.sh calls it
make -s OUT="$out" "$out/tests/bench/appends" "$out/tests/bench/repo_make" "$out/tests/bench/repo_large" "$out/tests/bench/lookups" || exit 1

rate() { # EVENTS COMMAND...: events per second
    events=$1
    shift
    TIMEFORMAT=%R
    t=$({ time "$@" >/dev/null 2>&1; } 2>&1)
    awk -v e="$events" -v t="$t" 'BEGIN { printf "%.0f", e / t }'
}

# Ours and the peers turn about, as the disk has good and bad moments; medians of what
# each turn says.
echo "8. durable custody commands"
. tests/bench/postgres.sh
keep() { echo "$2" >>"$work/$1.turns"; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { if (b > 0) printf "%.3f", a / b }'; }
middle() { [ -s "$work/$1.turns" ] && median <"$work/$1.turns"; }
get() { awk -v n="$1" '$1 == n { print $2 }' "$work/appends"; }
pg_start && peer=yes || { peer=; echo "# no PostgreSQL: nothing to compare with"; }
for ((turn = 0; turn < 5; turn++)); do
    "$out/tests/bench/appends" "$work/a" >"$work/appends" && rm -rf "$work/a"
    keep one "$(get one)"
    keep group "$(get group)"
    keep over_bare "$(ratio "$(get one)" "$(get bare)")"
    keep over_one "$(ratio "$(get group)" "$(get one)")"
    [ -n "$peer" ] || continue
    pg_step=$turn
    own=$(pg_rate own 16) shared=$(pg_rate shared 16)
    keep shared "$shared"
    keep over_pg "$(ratio "$(get group)" "$(printf '%s\n' "$own" "$shared" | sort -n | tail -1)")"
    keep over_own "$(ratio "$(get group)" "$own")"
    keep over_together "$(ratio "$(get group)" "$(awk -v t="$(pg_rate together 1)" 'BEGIN { print 16 * t }')")"
    keep over_bare_pg "$(ratio "$(get group)" "$(pg_rate bare 16)")"
done
[ -z "$peer" ] || pg_is_whole || echo "# PostgreSQL does not hold what it was given"
[ -z "$peer" ] || pg_stop
figure 8 "custody commands, one client" "$(middle one)" "/s"
figure 8 "one client over a bare LMDB put-and-sync loop" "$(middle over_bare)" x ">= 0.8"
figure 8 "custody commands, 16 clients" "$(middle group)" "/s"
figure 8 "16 clients over one" "$(middle over_one)" x ">= 5"
figure 8 "PostgreSQL that keeps the same promises, 16 clients" "$(middle shared)" "/s"
figure 8 "16 clients over such a PostgreSQL, in its best shape" "$(middle over_pg)" x ">= 3"
figure 8 "over the same, each client its own flush" "$(middle over_own)" x
figure 8 "over the same, 16 commands in one transaction of one client" "$(middle over_together)" x
figure 8 "over PostgreSQL that keeps two rows and no promise" "$(middle over_bare_pg)" x

echo "   $volumes volumes, $((volumes * 10)) events"
"$out/tests/bench/repo_make" "$repo_work/r" "$volumes" || exit 1
"$out/bin/juanku" ledger export --dir "$repo_work/r" "$repo_work/e" >/dev/null
figure 8 "juanku ledger verify, events" "$(rate $((volumes * 10)) "$out/bin/juanku" ledger verify "$repo_work/e")" "/s" ">= 500000"
figure 8 "juanku repo rebuild, events" "$(rate $((volumes * 10)) "$out/bin/juanku" repo rebuild "$repo_work/r")" "/s" ">= 200000"
rm -rf "$repo_work/r" "$repo_work/e"
echo "   $volumes volumes with their cases, $((volumes * 20)) pages, $((volumes * 10)) events"
"$out/tests/bench/repo_large" "$repo_work/l" "$volumes" 20 >/dev/null && "$out/tests/bench/lookups" "$repo_work/l" "$volumes" >"$repo_work/big"
"$out/tests/bench/repo_large" "$repo_work/s" 1000 20 >/dev/null && "$out/tests/bench/lookups" "$repo_work/s" 1000 >"$repo_work/small"
kept() { awk -v n="$1" '$1 == n { print $2 }' "$repo_work/$2"; }
figure 8 "start with them" "$(kept start_s big)" s "<= 2"
figure 8 "who holds it, 99 of 100 questions" "$(kept lookup_p99_ms big)" ms "<= 2"
figure 8 "memory besides the map" "$(kept rss_mb big)" MB "<= 300"
figure 8 "appends of one client over those to a repository of 1000 volumes" "$(ratio "$(kept appends_one_s big)" "$(kept appends_one_s small)")" x ">= 0.8"
figure 8 "appends of 16 clients over those to a repository of 1000 volumes" "$(ratio "$(kept appends_16_s big)" "$(kept appends_16_s small)")" x ">= 0.8"
