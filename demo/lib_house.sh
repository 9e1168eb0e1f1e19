# Parts of the demonstration: a whole court house on one machine, with the real programs.
# Sourced by demo/day.sh and by the tests; $house is the folder that holds everything.
#
# Each person has a session file of their own, so every act is signed by who did it.

bin=$(pwd)/${OUT:-out}/bin
house=${house:-$(pwd)/${OUT:-out}/demo}
repo_port=${REPO_PORT:-8620}
station_port=${STATION_PORT:-8610}
repo_url=http://127.0.0.1:$repo_port
station_url=http://127.0.0.1:$station_port
pids=''

fail() {
    echo "演示停在这里: $*" >&2
    for log in repod stationd rack; do
        [ -s "$house/$log.log" ] && tail -5 "$house/$log.log" | sed "s/^/  $log | /" >&2
    done
    exit 1
}

# as LOGIN juanku-words...: one person's act at the repository
as() {
    who=$1
    shift
    JUANKU_SESSION=$house/sessions/$who "$bin/juanku" "$@"
}

# at_station juanku-words...: the operator's act at the scanning station
at_station() {
    JUANKU_SESSION=$house/sessions/station-scan1 "$bin/juanku" station --url "$station_url" "$@"
}

stop_house() {
    for pid in $pids; do kill "$pid" 2>/dev/null; done
    for pid in $pids; do wait "$pid" 2>/dev/null; done
    pids=''
}

wait_for() { # SECONDS WHAT COMMAND...
    left=$(($1 * 10))
    what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        left=$((left - 1))
        [ $left -gt 0 ] || fail "$what 没有启动"
        sleep 0.1
    done
}

port_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

needs_port() { # NAME PORT: before anything is touched, for the port may be a running house's
    port_free "$2" && return
    echo "演示停在这里: 端口 $2 已被占用, 请用 $1 另选一个, 如 $1=$(($2 + 100)) make demo" >&2
    exit 1
}

make_house() {
    needs_port REPO_PORT "$repo_port"
    needs_port STATION_PORT "$station_port"
    rm -rf "$house"
    mkdir -p "$house/sessions" "$house/secrets" "$house/sane" "$house/spool"
    chmod 700 "$house/sessions" "$house/secrets"
    "$bin/juanku" repo init "$house/repo" --court 粤0399 --origin juanku/440399 >"$house/init.log" ||
        fail "不能建立中间库"
    while read -r login name roles; do
        (umask 077 && head -c 9 /dev/urandom | base64 >"$house/secrets/$login")
        "$bin/juanku" repo user add "$house/repo" "$login" --name "$name" --roles "$roles" \
            --password-file "$house/secrets/$login" >>"$house/init.log" || fail "不能登记 $login"
    done <<PEOPLE
admin 陈管 admin
clerk1 林登 cataloguer
keeper1 王库 keeper
scan1 赵扫 operator
qc1 孙检 qc
binder1 周装 binder
checker1 吴核 checker
archivist1 郑档 archivist
supervisor1 冯督 supervisor
station1 一号工位 station
PEOPLE
    cat >"$house/repod.conf" <<CONF
repo.dir = $house/repo
http.listen = 127.0.0.1:$repo_port
racks.ports = $house/rack.pty@1:01.001
archive.dir = $house/archive
CONF
    cat >"$house/stationd.conf" <<CONF
station.id = ST01
station.name = 一号工位
spool.dir = $house/spool
repo.url = $repo_url
repo.user = station1
repo.password_file = $house/secrets/station1
http.listen = 127.0.0.1:$station_port
scanner.device = paper:tray
scanner.write_dir = $house
scan.source = ADF Duplex
CONF
    load_tray "$(pwd)/tests/data/stack-1"
    tools/sane-env.sh "$house/tray" "$house/sane" name tray state "$house/feeder" >/dev/null ||
        fail "不能准备进纸器"
}

load_tray() { # FOLDER: put this stack on the feeder
    ln -sfn "$1" "$house/tray"
    rm -f "$house/feeder" # a full stack again
}

start_rack() {
    "${OUT:-out}/firmware/host/rack" --pty "$house/rack.pty" --slots 24 --control "$house/rack.sock" \
        >"$house/rack.log" 2>&1 &
    pids="$pids $!"
    wait_for 5 货架 test -e "$house/rack.pty"
}

start_repod() {
    "$bin/juanku-repod" --config "$house/repod.conf" >"$house/repod.log" 2>&1 &
    repod_pid=$!
    pids="$pids $repod_pid"
    wait_for 15 中间库 answers "$repo_url" /readyz
}

start_stationd() {
    SANE_CONFIG_DIR=$house/sane LD_LIBRARY_PATH=$(pwd)/${OUT:-out}/sane \
        "$bin/juanku-stationd" --config "$house/stationd.conf" >"$house/stationd.log" 2>&1 &
    stationd_pid=$!
    pids="$pids $stationd_pid"
    wait_for 15 工位 answers "$station_url" /api/state
}

# answers URL PATH: one GET without curl, so that the demonstration needs no more than the product.
answers() (
    rest=${1#http://}
    exec 4<>"/dev/tcp/127.0.0.1/${rest#*:}" || exit 1
    printf 'GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' "$2" >&4
    head -1 <&4 | grep -q ' 200'
)

log_in_all() {
    for login in admin clerk1 keeper1 qc1 binder1 checker1 archivist1 supervisor1; do
        as "$login" session login "$login" --url "$repo_url" --password-file "$house/secrets/$login" >/dev/null ||
            fail "$login 不能登录"
    done
    JUANKU_SESSION=$house/sessions/station-scan1 "$bin/juanku" station --url "$station_url" login scan1 \
        --password-file "$house/secrets/scan1" >/dev/null || fail "scan1 不能登录工位"
    as scan1 session login scan1 --url "$repo_url" --password-file "$house/secrets/scan1" >/dev/null ||
        fail "scan1 不能登录"
}

# hand FROM TO VOLUME: both sides of a hand-over
hand() {
    as "$1" volume offer "$3" --to "$(badge_of "$2")" >/dev/null || fail "$1 不能交出"
    as "$2" volume accept "$3" >/dev/null || fail "$2 不能签收"
}

badge_of() { as "$1" session show | jq -r '.person.badge'; }

# What the hand does at the rack, through the simulated wood's control socket.
rack_hand() { "${OUT:-out}/firmware/host/rack" --tell "$house/rack.sock" "$*"; }
