#!/bin/bash
# A keeper puts twenty volumes away and picks them again by light, with the reader and
# Enter alone, against the real repository and a host rack with a door; then everything
# that can go wrong at a rack, each on the screen within a second. See racks.mjs.
[ -n "${BASH_VERSION:-}" ] || exec bash "$0" "$@"
set -u
cd "$(dirname "$0")/../.."
OUT=${OUT:-out}
house=$PWD/$OUT/web/rack-house
REPO_PORT=$((23000 + $$ % 900))
STATION_PORT=$((33000 + $$ % 900))
. demo/lib_house.sh
trap stop_house EXIT

broken() {
    echo "not ok - racks by light: $*"
    exit 1
}

make_house
start_door_rack() {
    "$PWD/$OUT/firmware/host/rack" --pty "$house/rack.pty" --slots 24 --lock --control "$house/rack.sock" --seed 3 >>"$house/rack.log" 2>&1 &
    rack_pid=$!
    pids="$pids $rack_pid"
    wait_for 5 货架 test -e "$house/rack.pty"
}
start_door_rack
start_repod
for login in admin clerk1 keeper1; do
    as "$login" session login "$login" --url "$repo_url" --password-file "$house/secrets/$login" >/dev/null || broken "$login"
done
as admin slot add --site 1 --rack 1 --slots 24 >/dev/null || broken "slots"
volumes=''
for n in $(seq 1 20); do
    case=$(as clerk1 case add --no "(2026)粤0399民初$((10100 + n))号" --cause 民间借贷纠纷 --plaintiff 陈立群 --defendant 黄秀英) || broken "case $n"
    volume=$(as clerk1 volume add "$case" --kind 1 --part 1 --sheets $((n + 5))) || broken "volume $n"
    volumes="$volumes $volume"
done
echo "$volumes" | xargs -n 10 | while read -r some; do # as many as a trolley's worth at once
    # shellcheck disable=SC2086 # a list of words
    as keeper1 volume receive $some >/dev/null
done || broken "received"
export RACK=$PWD/$OUT/firmware/host/rack RACK_SOCKET=$house/rack.sock RACK_PID=$rack_pid
export VOLUMES=$volumes REPO_BASE=$repo_url SECRETS=$house/secrets
timeout 300 node tests/web/racks.mjs
