#!/bin/bash
# The repository is killed while orders wait; hands go on by the lamps that the rack minds
# by itself. When the repository is back, everything that was done is booked once, what was
# not stays ordered, and what nobody ordered is an alarm.
set -u
cd "$(dirname "$0")/../.."
OUT=${OUT:-out}
house=$PWD/$OUT/tmp/rack-alone.$$
REPO_PORT=$((24000 + $$ % 900))
STATION_PORT=$((34000 + $$ % 900))
. demo/lib_house.sh
trap 'stop_house; rm -rf "$house"' EXIT
same() { [ "$1" = "$2" ] && echo "ok - $3" || { echo "# want: $1"; echo "# got:  $2"; echo "not ok - $3"; }; }
rack=$OUT/firmware/host/rack
tell() { "$rack" --tell "$house/rack.sock" "$*"; }
soon() { # WANT WHAT COMMAND...: within ten seconds
    want=$1 what=$2
    shift 2
    for _ in $(seq 100); do
        got=$("$@")
        [ "$got" = "$want" ] && break
        sleep 0.1
    done
    same "$want" "$got" "$what"
}
register() { mbpoll -m rtu -a 1 -b 115200 -P even -0 -r "$1" -t 4 "$house/rack.pty" "$2" >/dev/null; }
state() { as keeper1 volume show "$1" --json | jq -r '[.state, .slot // ""] | join(" ")'; }
alarms() { curl -s -H "Authorization: Bearer $(jq -r .token "$house/sessions/keeper1")" "$repo_url/v1/alarms" | jq -r '[.alarms[] | select(.kind != "dead") | .kind + "@" + .place] | sort | join(" ")'; }
events() { # VOLUME: what the ledger says of it, in order
    as keeper1 volume chain "$1" --json | jq -r '[.events[].event] | join(" ")'
}
kill_repod() {
    kill -9 "$repod_pid"
    wait "$repod_pid" 2>/dev/null
}

mkdir -p "$OUT/tmp"
make_house
start_rack
register 1031 5 && register 1055 21930 # lost after five seconds, not thirty
start_repod
for login in admin clerk1 keeper1; do
    as "$login" session login "$login" --url "$repo_url" --password-file "$house/secrets/$login" >/dev/null || exit 1
done
as admin slot add --site 1 --rack 1 --slots 24 >/dev/null
volumes=()
for n in 1 2 3; do
    case=$(as clerk1 case add --no "(2026)粤0399民初$((10200 + n))号" --cause 民间借贷纠纷 --plaintiff 陈立群 --defendant 黄秀英)
    volumes+=("$(as clerk1 volume add "$case" --kind 1 --part 1 --sheets 9)")
done
as keeper1 volume receive "${volumes[@]}" >/dev/null
order() { as keeper1 slot "$@" | grep -o 'S[0-9]*' | head -1; }
order put "${volumes[2]}" --slot S0100100315 >/dev/null
tell place 3 >/dev/null
soon "shelved S0100100315" "a volume is put away by light" state "${volumes[2]}"
a=$(order put "${volumes[0]}")
b=$(order put "${volumes[1]}")
order take "${volumes[2]}" >/dev/null
soon "1 green blink
2 green blink
3 blue blink" "two slots wait for a volume, one for a hand that takes" tell leds

kill_repod
sleep 6
same "1 green blink
2 green blink
3 blue blink" "$(tell leds)" "with the repository dead their lamps shine on"
tell place 1 >/dev/null
tell remove 3 >/dev/null
tell place 9 >/dev/null
soon "2 green blink
9 red blink" "what is done goes out, and what nobody ordered blinks red" tell leds

start_repod
soon "shelved $a" "back again, the put is booked" state "${volumes[0]}"
soon "received " "and the take" state "${volumes[2]}"
same "received " "$(state "${volumes[1]}")" "the third still waits"
soon "wrong-put@S0100100994" "what nobody ordered is an alarm" alarms
soon "2 green blink
9 red blink" "and the lamps say the same as before" tell leds
before="$(events "${volumes[0]}") / $(events "${volumes[2]}")"
kill_repod
start_repod
tell place 2 >/dev/null
soon "shelved $b" "the order that waited through all of it is done by hand" state "${volumes[1]}"
same "$before" "$(events "${volumes[0]}") / $(events "${volumes[2]}")" "and nothing is booked a second time"
echo "# $before"
