#!/bin/sh
# Profiles that the administrator allows, one-sided volumes up to the repository, and the
# figures of a shift: by operator, and not smaller after kill -9 or when old jobs go.
[ -n "${BASH_VERSION:-}" ] || exec bash "$0" "$@"
set -u
cd "$(dirname "$0")/../.."
house=$(mktemp -d /tmp/juanku-shift-XXXXXX)
REPO_PORT=$((23500 + $$ % 1000))
STATION_PORT=$((13000 + $$ % 1000))
STATION_CONF='scan.profiles = 文字:75:Color:ADF Duplex; 单面:75:Color:ADF Front
ocr.model = none
spool.keep_jobs = 1'
. tests/sim/lib_station.sh
trap 'stop_house; rm -rf "$house"' EXIT
open_house
shift_of() { curl -s -b "$house/jar" "$station_url/api/shift" | jq -r "$1"; }
figures() { shift_of '.operators[0] | "\(.name) \(.volumes) \(.sheets) \(.images) \(.faults) \(.given_up)"'; }

# --- profiles ------------------------------------------------------------------------------
same "文字 单面" "$(get '[.profiles[].name] | join(" ")')" "the page gets the profiles that are allowed"
fill_small_tray 5
has "$(post jobs "{\"volume\":\"$volume\",\"sheets_declared\":5,\"profile\":\"高清\"}" | title)" 没有这个扫描方案 \
    "no other can be chosen"
post jobs "{\"volume\":\"$volume\",\"sheets_declared\":5,\"profile\":\"单面\"}" >"$house/answer"
job=$(jq -r .job "$house/answer")
same 单面 "$(jq -r .profile "$house/answer")" "one of them can"
trouble jam 3
post job/start '{}' >/dev/null
wait_state stopped 20
has "$(post job/profile '{"profile":"文字"}' | title)" 单面 "both sides are not begun in the middle of one-sided paper"
no_trouble

# --- one side, up to the repository -------------------------------------------------------------
post job/resume '{}' >/dev/null
wait_state counted,review 20
same "5 5" "$(get '.job | "\(.sheets_fed) \(.images)"')" "five sheets, five pictures"
until_true 20 all_read
post label "{\"text\":\"$volume\"}" >/dev/null
for index in $(get '.job.pages[] | select(.kind == "page") | .index'); do
    post "images/$index" '{"do":"move","row":6}' >/dev/null
done
until_true 20 all_read
post job/finish '{}' >/dev/null
until_true 60 is_state done
say $? "a one-sided volume is taken by the repository"
same 1 "$(jq -r .sides "$house/spool/$job/manifest.json")" "its manifest says one side"
same "5 5 5" "$(as scan1 volume scans "$volume" --json | jq -r '.scans[0] | "\(.sheets_declared) \(.sheets_counted) \(.images)"')" \
    "and the repository counts the same"

# --- figures --------------------------------------------------------------------------------------
same 401 "$(curl -s -o /dev/null -w '%{http_code}' "$station_url/api/shift")" "figures are for who is logged in"
same 400 "$(curl -s -o /dev/null -w '%{http_code}' -b "$house/jar" "$station_url/api/shift?day=../../etc")" "a day is a day"
same "赵扫 1 5 5 1 0" "$(figures)" "volumes, sheets, pictures, faults by name"
second=$(hold_volume 2)
third=$(hold_volume 3)
for v in "$second" "$third"; do
    rm -f "$house/feeder"
    declare_job "$v" 5 >/dev/null
    post job/start '{}' >/dev/null
    wait_state counted,review 20
    post job/abandon '{}' >/dev/null
done
same "赵扫 3 15 25 1 10" "$(figures)" "given up sheets were fed all the same, and are told beside"
same 1 "$(find "$house/spool" -name made | wc -l)" "files of old jobs are deleted"
kill_station
start_stationd
log_in_operator
same "赵扫 3 15 25 1 10" "$(figures)" "the figures stay, also after kill -9"
rm -f "$house/feeder"
trouble slow-feed 4 front 0 20000
declare_job "$second" 5 >/dev/null
post job/start '{}' >/dev/null
until_true 20 fed_at_least 3
kill_station
no_trouble
start_stationd
log_in_operator
same "赵扫 4 18 31 2 10" "$(figures)" "killed in the middle of a run, its sheets count, and the fall as a fault"
same 0 "$(shift_of '.operators[0] | if .seconds <= 600 and .minutes <= 10 then 0 else .seconds end')" "time runs only while paper runs"
