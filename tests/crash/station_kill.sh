#!/bin/sh
# kill -9 of the whole station after sheet 9, and of repository and station while a volume
# is handed in: nothing acknowledged is lost, nothing is there twice, and the operator is
# told which sheet to feed next.
[ -n "${BASH_VERSION:-}" ] || exec bash "$0" "$@"
set -u
cd "$(dirname "$0")/../.."
house=$(mktemp -d /tmp/juanku-crash-XXXXXX)
REPO_PORT=$((26500 + $$ % 1000))
STATION_PORT=$((16000 + $$ % 1000))
FEED_MS=150
. tests/sim/lib_station.sh
trap 'stop_house; rm -rf "$house"' EXIT
open_house

declare_job "$volume" 17 >"$house/answer"
job=$(jq -r .job "$house/answer")
post job/start '{}' >/dev/null
until_true 60 fed_at_least 9
kill_station
kept=$(find "$house/spool/$job/sheets" -name '[0-9][0-9][0-9][0-9].json' | wc -l)
[ "$kept" -ge 9 ]
say $? "at least the nine sheets that were told as fed have their record ($kept)"

# The feeder may have pulled the next sheet already: the operator lays it on top again.
pulled=$(cut -d' ' -f2 "$house/feeder")
[ "$pulled" -ge "$kept" ] && [ "$pulled" -le $((kept + 1)) ]
say $? "the feeder has fed the sheets kept and at most one more ($pulled)"
sed -i "s/^fed [0-9]*/fed $kept/" "$house/feeder"

start_stationd
same stopped "$(get .job.state)" "after the restart the job is there, stopped"
same "$kept" "$(get .job.sheets_fed)" "with every acknowledged sheet"
has "$(get .job.next)" "第 $((kept + 1)) 张起" "and says which sheet to feed next"
same null "$(get .operator)" "log-ins do not outlive the process"
answer=$(curl -s -d '{}' "$station_url/api/job/resume" | title)
has "$answer" 请先登录 "nobody goes on without logging in again"
log_in_operator
post job/resume '{}' >/dev/null
wait_state counted,review 60
same 17 "$(get .job.sheets_fed)" "feeding goes on to the last sheet"
same 34 "$(get .job.images)" "both sides of each"

# Each side against the stack: right bits, in the right place, none twice.
wrong=0
sheet=0
while IFS="$(printf '\t')" read -r _ front back; do
    sheet=$((sheet + 1))
    name=$(printf %04d $sheet)
    want=$(sha256sum <"tests/data/stack-1/$front")
    [ "$want" = "$(sha256sum <"$house/spool/$job/sheets/$name-front.jpg")" ] || wrong=$((wrong + 1))
    [ "$back" = - ] || [ "$(sha256sum <"tests/data/stack-1/$back")" = \
        "$(sha256sum <"$house/spool/$job/sheets/$name-back.jpg")" ] || wrong=$((wrong + 1))
done <<SHEETS
$(tail -n +2 tests/data/stack-1/sheets.tsv)
SHEETS
same 0 $wrong "every side has the very bits of its picture, in order"

until_true 180 all_read
say $? "all pages are read"
same counted "$(get .job.state)" "no page needs a person"
post job/finish '{}' >"$house/answer"
same submitting "$(jq -r .state "$house/answer")" "the job is handed in"
kill_repod
repo_is_down() { [ "$(get .repo.up)" = 0 ]; }
until_true 60 repo_is_down
say $? "the station sees that the repository is gone"
has "$(get .repo.sentence)" 安全存在本机 "and says that nothing is lost"
same 1 "$(get .repo.queue)" "the job waits"
has "$(get .repo.sentence)" 可以继续扫描 "who is logged in may go on scanning"

kill_station
start_stationd
same submitting "$(get '.jobs[0].state')" "killed while handing in, the job still waits to be sent"
start_repod
done_now() { [ "$(get '.jobs[0].state')" = done ]; }
until_true 120 done_now
say $? "with the repository back the job is done"
scans=$(as scan1 volume scans "$volume" --json)
same 1 "$(echo "$scans" | jq '.scans | length')" "the repository has exactly one scan"
same "17 17 34" "$(echo "$scans" | jq -r '.scans[0] | "\(.sheets_declared) \(.sheets_counted) \(.images)"')" "whole"
events=$(as keeper1 volume chain "$volume" --json | jq '[.events[] | select(.event == "scan-done")] | length')
same 1 "$events" "and exactly one event says so"
kill_station
start_stationd
same done "$(get '.jobs[0].state')" "done stays done"
