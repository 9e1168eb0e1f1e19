#!/bin/bash
# The database is lost, and all there is are a backup of some days ago, a rack that feels
# where something stands, and labels. A keeper walks along the shelf with a reader; then
# the record says what the shelf says, and what could not be settled is listed.
set -u
cd "$(dirname "$0")/../.."
OUT=${OUT:-out}
house=$PWD/$OUT/tmp/rack-walk.$$
REPO_PORT=$((25000 + $$ % 900))
STATION_PORT=$((35000 + $$ % 900))
. demo/lib_house.sh
trap 'stop_house; rm -rf "$house"' EXIT
same() { [ "$1" = "$2" ] && echo "ok - $3" || { echo "# want: $1"; echo "# got:  $2"; echo "not ok - $3"; }; }
tell() { "$OUT/firmware/host/rack" --tell "$house/rack.sock" "$*" >/dev/null; }
keeper() { as keeper1 "$@"; }
state() { keeper volume show "$1" --json | jq -r '[.state, .slot // ""] | join(" ")'; }
becomes() { # WANT WHAT VOLUME
    for _ in $(seq 100); do
        got=$(state "$3")
        [ "$got" = "$1" ] && break
        sleep 0.1
    done
    same "$1" "$got" "$2"
}
alarms() { curl -s -H "Authorization: Bearer $(jq -r .token "$house/sessions/keeper1")" "$repo_url/v1/alarms" | jq -r '[.alarms[] | select(.kind != "dead") | .kind + "@" + .place[7:9]] | sort | join(" ")'; }
log_in_some() {
    for login in admin clerk1 keeper1; do
        as "$login" session login "$login" --url "$repo_url" --password-file "$house/secrets/$login" >/dev/null || exit 1
    done
}
new_volume() { # NUMBER
    as clerk1 case add --no "(2026)粤0399民初$1号" --cause 民间借贷纠纷 --plaintiff 陈立群 --defendant 黄秀英 >"$house/case" && as clerk1 volume add "$(cat "$house/case")" --kind 1 --part 1 --sheets 9
}
put() { # VOLUME SLOT-NUMBER: by light and hand
    keeper slot put "$1" --slot "${slots[$2]}" >/dev/null
    tell place "$2"
    becomes "shelved ${slots[$2]}" "${3:-a volume stands in slot $2}" "$1"
}

mkdir -p "$OUT/tmp"
make_house
start_rack
start_repod
log_in_some
as admin slot add --site 1 --rack 1 --slots 12 >/dev/null
slots=('' $(keeper slot list --json | jq -r '.slots[].slot'))
for n in 1 2 3 4; do v[n]=$(new_volume $((10300 + n))); done
keeper volume receive "${v[@]}" >/dev/null
for n in 1 2 3; do put "${v[n]}" $n >/dev/null; done
"$bin/juanku" repo backup "$house/repo" "$house/backup" >/dev/null || echo "not ok - a backup is made"

# Days go by that no backup knows of.
keeper slot take "${v[1]}" >/dev/null
tell remove 1
becomes "received " "after the backup a volume is taken" "${v[1]}"
put "${v[1]}" 5 "and put into another slot"
keeper slot take "${v[2]}" >/dev/null
tell remove 2
becomes "received " "a second one is taken, and not put back" "${v[2]}"
put "${v[4]}" 7 "a third one comes in from a desk"
v[5]=$(new_volume 10399)
keeper volume receive "${v[5]}" >/dev/null
put "${v[5]}" 9 "and one of a case that is new"

# The disk dies.
kill -9 "$repod_pid"
wait "$repod_pid" 2>/dev/null
rm -rf "$house/repo"
"$bin/juanku" repo restore "$house/backup" "$house/repo" >/dev/null || echo "not ok - the backup is restored"
start_repod
log_in_some
same "shelved ${slots[1]}" "$(state "${v[1]}")" "the restored record is of some days ago"
for _ in $(seq 50); do
    felt=$(alarms)
    [ "$(echo "$felt" | wc -w)" = 5 ] && break
    sleep 0.1
done
same "put@05 put@07 put@09 taken@01 taken@02" "$felt" "the rack's list of full slots says where it is wrong"

number=$(keeper stocktake begin --scope whole --json | jq -r .stocktake)
for n in $(seq 12); do
    echo "${slots[n]}"
    case $n in
    3) echo "${v[3]}" ;;
    5) echo "${v[1]}" ;;
    7) echo "${v[4]%?}x" && echo "${v[4]}" ;; # the first reading went wrong
    9) echo "${v[5]}" ;;
    esac
done | keeper stocktake walk "$number" >"$house/walk" 2>"$house/walk.err"
same 6 $? "the keeper walks from slot to slot with a reader"
same "12 1" "$(grep -c '^S' "$house/walk") $(grep -c '^juanku' "$house/walk.err")" "each slot is counted, and a bad reading is told"
keeper stocktake count "$number" --slot "${slots[3]}" >/dev/null
same "missing sensed" "$(keeper stocktake differences "$number" --json | jq -r '[.differences[] | select(.slot[7:9] == "03") | .kind] | sort | join(" ")')" "what is counted as empty, and felt by the rack, is a difference of its own"
keeper stocktake count "$number" --slot "${slots[3]}" --volume "${v[3]}" >/dev/null
keeper stocktake differences "$number" --json >"$house/found"
same "misplaced@05 missing@02 surplus@07 surplus@09" "$(jq -r '[.differences[] | .kind + "@" + .slot[7:9]] | sort | join(" ")' "$house/found")" "the differences between shelf and record are listed"
keeper stocktake close "$number" >/dev/null 2>&1
same 6 $? "over which it cannot be closed"

keeper stocktake settle "$number" --missing >"$house/settled"
same 6 $? "what is certain is settled"
same "shelved ${slots[5]} / missing  / shelved ${slots[3]} / shelved ${slots[7]}" "$(state "${v[1]}") / $(state "${v[2]}") / $(state "${v[3]}") / $(state "${v[4]}")" "so that the record says what the shelf says"
grep -q '没有登记：(2026)粤0399民初10399号 正卷第1册' "$house/settled" || sed 's/^/# /' "$house/settled"
same 1 "$(grep -c '没有登记：(2026)粤0399民初10399号 正卷第1册' "$house/settled")" "what was never registered is named by its label"
same "${v[5]}" "$(new_volume 10399)" "registered again it has the same label"
keeper stocktake settle "$number" >"$house/settled"
same 0 $? "and is settled as well"
same "shelved ${slots[9]}" "$(state "${v[5]}")" "where it stands"
same 0 "$(keeper stocktake differences "$number" --json | jq '.differences | length')" "no difference is left"
keeper stocktake close "$number" >/dev/null
same 0 $? "the walk is over"
same "" "$(alarms)" "and so are the alarms"
keeper volume find "${v[2]}" >/dev/null
put "${v[2]}" 2 "the lost one turns up and is put away as ever"
