#!/bin/sh
# Repairs in place: a sheet scanned again, one put between, moved, turned, taken out, and
# each of that taken back; through the real feeder, up to the repository's manifest.
[ -n "${BASH_VERSION:-}" ] || exec bash "$0" "$@"
set -u
cd "$(dirname "$0")/../.."
house=$(mktemp -d /tmp/juanku-repair-XXXXXX)
REPO_PORT=$((21500 + $$ % 1000))
STATION_PORT=$((11000 + $$ % 1000))
STATION_CONF='scan.dpi = 75
ocr.model = none'
. tests/sim/lib_station.sh
trap 'stop_house; rm -rf "$house"' EXIT
open_house

# The sheets of the volume by their leaves, in order: "1 2 3"
order() { get '[.job.pages[] | select(.side == "front") | .leaf | tostring] | join(" ")'; }
repair() { post job/repair "$1" | title; }
# The operator has sheet N of the stack in the hand and puts it into the feeder alone.
hold_sheet() {
    for side in front back; do cp "tests/data/stack-small/$1-$side.jpg" "$house/tray/"; done
    printf 'sheet\tfront\tback\n1\t%s-front.jpg\t%s-back.jpg\n' "$1" "$1" >"$house/tray/sheets.tsv"
    rm -f "$house/feeder"
}
go() {
    post job/resume '{}' >/dev/null
    wait_state counted,review,stopped 20
}
fill_small_tray 4
declare_job "$volume" 5 >"$house/answer"
job=$(jq -r .job "$house/answer")
has "$(repair '{"do":"replace","index":1,"reason":"x"}')" 还没有开始 "nothing is repaired before it is scanned"
post job/start '{}' >/dev/null
wait_state stopped 20
same "stopped no-docs 4" "$(get '.job | "\(.state) \(.stop) \(.sheets_fed)"')" "one sheet of five was forgotten"

# --- the forgotten sheet, put between --------------------------------------------------
has "$(repair '{"do":"insert","sheet":9}')" 没有这一张 "only where there is a sheet"
post job/repair '{"do":"insert","sheet":3}' >"$house/answer"
has "$(jq -r .next "$house/answer")" "第 3 张" "the operator is told what to put into the feeder"
has "$(repair '{"do":"move","sheet":1,"to":2}')" 补扫 "one repair at a time"
repair '{"do":"cancel"}' >/dev/null
same "stopped no-docs" "$(get '.job | "\(.state) \(.stop)"')" "cancelled, it stands as before"
repair '{"do":"insert","sheet":3}' >/dev/null
hold_sheet 5
trouble jam 1 back
post job/resume '{}' >/dev/null
wait_state stopped 20
same "jam insert" "$(get '.job | "\(.stop) \(.repair.waits)"')" "a jam on the way changes nothing"
no_trouble
go
same "counted,review" "$(case $(get .job.state) in counted | review) echo counted,review ;; esac)" "then five are five"
same "1 2 5 3 4" "$(order)" "the sheet stands where it belongs"

# --- a bad picture again ---------------------------------------------------------------
has "$(repair '{"do":"replace","sheet":2}')" 原因 "not without a reason"
repair '{"do":"replace","sheet":2,"reason":"模糊"}' >/dev/null
rm -f "$house/tray/sheets.tsv" "$house"/tray/*.jpg
post job/resume '{}' >/dev/null
wait_state stopped 20
has "$(get .job.sentence)" "没有纸" "an empty feeder is told, and it waits"
hold_sheet 2
go
same "1 6 5 3 4" "$(order)" "the new picture stands in the place of the old"
same 2 "$(get .job.replaced)" "which is kept"
cmp -s "$house/spool/$job/sheets/0002-front.jpg" tests/data/stack-small/2-front.jpg
say $? "in the spool"
same "200 401" "$(curl -s -b "$house/jar" -o /dev/null -w '%{http_code}' "$station_url/api/gone/2/front") $(curl -s -o /dev/null -w '%{http_code}' "$station_url/api/gone/2/front")" \
    "and can be looked at by who is logged in"

# --- moved, taken out, taken back ----------------------------------------------------------
repair '{"do":"move","sheet":1,"to":5}' >/dev/null
same "6 5 3 4 1" "$(order)" "a sheet is moved"
repair '{"do":"remove","sheet":1,"reason":"别案的纸"}' >/dev/null
same "5 3 4 1 stopped" "$(order) $(get .job.state)" "one is taken out, and the numbers no longer agree"
repair '{"do":"undo"}' >/dev/null
same "6 5 3 4 1" "$(order)" "taken back"
case $(get .job.state) in counted | review) say 0 "the numbers agree again" ;; *) say 1 "the numbers agree again" ;; esac
repair '{"do":"undo"}' >/dev/null
same "1 6 5 3 4" "$(order)" "and the move too"

# --- turned ------------------------------------------------------------------------------
until_true 20 all_read
size() { curl -s "$station_url/api/images/$1/preview" | file - | grep -o '[0-9]*x[0-9]*,' | tail -1; }
upright=$(size 1)
post images/1 '{"do":"rotate","deg":90}' >/dev/null
until_true 20 all_read
same "$(echo "$upright" | sed 's/\([0-9]*\)x\([0-9]*\),/\2x\1,/')" "$(size 1)" "a page is turned by a quarter"
cmp -s "$house/spool/$job/sheets/0001-front.jpg" tests/data/stack-small/1-front.jpg
say $? "its scanned picture stays as it was"

# --- all of it after kill -9, and in the repository -----------------------------------------
kill_station
start_stationd
log_in_operator
same "1 6 5 3 4" "$(order)" "after kill -9 the order is the same"
until_true 20 all_read
same "$(echo "$upright" | sed 's/\([0-9]*\)x\([0-9]*\),/\2x\1,/')" "$(size 1)" "and the turned page"
post label "{\"text\":\"$volume\"}" >/dev/null
for index in $(get '.job.pages[] | select(.kind == "page") | .index'); do
    post "images/$index" '{"do":"move","row":6}' >/dev/null
done
until_true 20 all_read
has "$(post job/finish '{}' | jq -r .state)" submitting "it is handed in"
until_true 60 is_state done
say $? "and stored"
m=$house/spool/$job/manifest.json
same "5 10 2 2" "$(jq -r '"\(.sheets_counted) \(.images | length) \(.sides) \(.replaced | length)"' "$m")" \
    "the manifest has five sheets, and the replaced one beside them"
same "模糊 replace" "$(jq -r '.replaced[0] | "\(.reason) \(.why)"' "$m")" "with its reason"
same "insert replace move remove" "$(jq -r '[.repairs[].do] | join(" ")' "$m")" "and every repair, with who and when"
hash=$(jq -r '.replaced[0].capture_sha256' "$m")
same "200 $hash" "$(curl -s -o "$house/blob" -w '%{http_code}' -H "Authorization: Bearer $(jq -r .token "$house/sessions/scan1")" "$repo_url/v1/blobs/$hash?type=image/jpeg") $(sha256sum "$house/blob" | cut -d' ' -f1)" \
    "the repository has the replaced picture"
