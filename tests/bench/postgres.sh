# PostgreSQL for repo.sh, which sources this: one server in $repo_work/pg with a
# configuration for a machine of its own, 16 clients over the socket.

pg_bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -1)
pg_step=0

as_pg() { su postgres -s /bin/sh -c "cd $repo_work/pg && $1"; }
pg_start() {
    [ -n "$pg_bin" ] && id postgres >/dev/null 2>&1 || return 1
    chmod 755 "$repo_work" && mkdir "$repo_work/pg" && chown postgres "$repo_work/pg"
    as_pg "$pg_bin/initdb -D data" >"$repo_work/pg.log" 2>&1 || return 1
    # commit_delay 0: 300 and 1000 us were tried, both made it slower.
    cat >>"$repo_work/pg/data/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$repo_work/pg'
shared_buffers = 512MB
wal_buffers = 16MB
min_wal_size = 1GB
max_wal_size = 4GB
checkpoint_timeout = 30min
jit = off
CONF
    cp tests/bench/postgres.sql "$repo_work/pg/" || return 1
    printf '%s\n' 'select life(:client_id + 1, :step);' '\set step :step + 1' >"$repo_work/pg/own"
    printf '%s\n' 'call life_shared(:client_id + 21, :step);' '\set step :step + 1' >"$repo_work/pg/shared"
    { echo 'begin;'; for ((i = 41; i < 57; i++)); do echo "select life($i, :step);"; done; printf '%s\n' 'commit;' '\set step :step + 1'; } >"$repo_work/pg/together"
    printf '%s\n' '\set v random(1, 100000)' 'begin;' "insert into bare_event (body) values (repeat('x', 265));" \
        'insert into bare_volume values (:v, 1) on conflict (volume) do update set version = bare_volume.version + 1;' 'commit;' >"$repo_work/pg/bare"
    as_pg "$pg_bin/pg_ctl -D data -w start && createdb -h $repo_work/pg t && psql -q -v ON_ERROR_STOP=1 -h $repo_work/pg -f postgres.sql t" >>"$repo_work/pg.log" 2>&1
}
# pg_rate SHAPE CLIENTS: transactions a second, for two seconds
pg_rate() {
    as_pg "$pg_bin/pgbench -n -M prepared -h $repo_work/pg -c $2 -j 2 -T 2 -D step=$((pg_step * 4000)) -f $1 t" 2>>"$repo_work/pg.log" | awk '/^tps/ { print $3 }'
}
# What it keeps, as it would be checked: no gap, every leaf the hash of its text.
pg_is_whole() {
    [ "$(as_pg "psql -At -h $repo_work/pg t -c \"select (select size from head) = count(*) and max(seq) = count(*) and count(*) = (select count(*) from command)
        and bool_and(leaf = sha256('\\\\x00'::bytea || convert_to(body, 'UTF8'))) from event\"" 2>>"$repo_work/pg.log")" = t ]
}
pg_stop() { as_pg "$pg_bin/pg_ctl -D data -m fast stop" >>"$repo_work/pg.log" 2>&1; }
