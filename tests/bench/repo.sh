#!/bin/bash
# 8. Ledger and store: REPO_VOLUMES (50000) volumes with ten events each.
set -u
cd "$(dirname "$0")/../.."
. tests/bench/lib_bench.sh
volumes=${REPO_VOLUMES:-50000}
repo_work=$work
make -s OUT="$out" "$out/tests/bench/appends" "$out/tests/bench/repo_make" "$out/tests/bench/lookups" || exit 1

row() { figure 8 "$1" "${2% x}" "$3" "${4:-}"; } # TEXT VALUE UNIT [WANTED]
rate() { # EVENTS COMMAND...: events per second
    events=$1
    shift
    TIMEFORMAT=%R
    t=$({ time "$@" >/dev/null 2>&1; } 2>&1)
    awk -v e="$events" -v t="$t" 'BEGIN { printf "%.0f", e / t }'
}

echo "8. durable custody commands"
"$out/tests/bench/appends" "$repo_work/a" >"$repo_work/appends"
get() { awk -v n="$1" '$1 == n { print $2 }' "$repo_work/appends"; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f x", a / b }'; }
row "custody commands, one client" "$(get one)" "/s"
row "one client over a bare LMDB put-and-sync loop" "$(ratio "$(get one)" "$(get bare)")" x ">= 0.8"
row "16 clients over one" "$(ratio "$(get group)" "$(get one)")" x ">= 5"

# PostgreSQL on the same disk: the same rows, 16 clients, synchronous commit.
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -1)
if [ -n "$bin" ] && id postgres >/dev/null 2>&1; then
    chmod 755 "$repo_work" && mkdir "$repo_work/pg" && chown postgres "$repo_work/pg"
    as_pg() { su postgres -s /bin/sh -c "cd $repo_work/pg && $1" >>"$repo_work/pg.log" 2>&1; }
    cat >"$repo_work/one.sql" <<'SQL'
\set v random(1, 100000)
begin;
insert into event (body) values (repeat('x', 350));
insert into moved values (:v, 1) on conflict (volume) do update set version = moved.version + 1;
commit;
SQL
    if as_pg "$bin/initdb -D data" && as_pg "$bin/pg_ctl -D data -o '-k $repo_work/pg -c listen_addresses=' -w start" &&
        as_pg "createdb -h $repo_work/pg t" &&
        as_pg "psql -h $repo_work/pg t -c 'create table event (seq bigserial primary key, body text); create table moved (volume int primary key, version int)'"; then
        su postgres -s /bin/sh -c "$bin/pgbench -n -h $repo_work/pg -c 16 -j 2 -T 8 -f $repo_work/one.sql t" 2>/dev/null |
            awk '/^tps/ { print $3 }' >"$repo_work/tps"
        row "16 clients over PostgreSQL with 16 clients" "$(ratio "$(get group)" "$(cat "$repo_work/tps")")" x ">= 3"
        as_pg "$bin/pg_ctl -D data -m fast stop"
    fi
fi

echo "   $volumes volumes, $((volumes * 10)) events"
"$out/tests/bench/repo_make" "$repo_work/r" "$volumes" || exit 1
"$out/bin/juanku" ledger export --dir "$repo_work/r" "$repo_work/e" >/dev/null
row "juanku ledger verify, events" "$(rate $((volumes * 10)) "$out/bin/juanku" ledger verify "$repo_work/e")" "/s" ">= 500000"
row "juanku repo rebuild, events" "$(rate $((volumes * 10)) "$out/bin/juanku" repo rebuild "$repo_work/r")" "/s" ">= 200000"
"$out/tests/bench/lookups" "$repo_work/r" "$volumes" >"$repo_work/big"
"$out/tests/bench/repo_make" "$repo_work/s" 1000 && "$out/tests/bench/lookups" "$repo_work/s" 1000 >"$repo_work/small"
kept() { awk -v n="$1" '$1 == n { print $2 }' "$repo_work/$2"; }
row "start with them" "$(kept start_s big)" s "<= 2"
row "who holds it, 99 of 100 questions" "$(kept lookup_p99_ms big)" ms "<= 2"
row "memory besides the map" "$(kept rss_mb big)" MB "<= 300"
row "appends over those to a repository of 1000 volumes" "$(ratio "$(kept grouped_appends_s big)" "$(kept grouped_appends_s small)")" x ">= 0.8"
