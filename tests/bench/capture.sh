#!/bin/bash
# 3. Capture, with the whole station on the disk of this machine: the feeder (sane-paper,
# with a motor of its own, see drivers/sane-paper/pace.h) feeds both sides of real A4 pages
# of 300 dpi in colour at 200 images a minute while recognition is under way. Does the motor
# ever have to stand because the spool is slow? How soon after its last line is a page on
# the operator's screen? And when somebody waits for one page at a time, how soon its text?
set -u
cd "$(dirname "$0")/../.."
. tests/bench/lib_bench.sh
SHEETS=${1:-50}
house=$work/house
mkdir -p "$house"
REPO_PORT=$((28500 + $$ % 1000))
STATION_PORT=$((18000 + $$ % 1000))
STATION_CONF='scan.dpi = 300'
. tests/sim/lib_station.sh
trap 'stop_house; rm -rf "$work"' EXIT
open_house
diary=$house/diary.txt

lay_fronts() { # FILE OF "FRONT BACK" LINES
    rm -rf "$house/tray" "$house/feeder" "$diary"
    mkdir -p "$house/tray"
    cp $stack/*.jpg "$house/tray/"
    awk 'BEGIN { print "sheet\tfront\tback" } { print NR "\t" $1 "\t" $2 }' "$1" >"$house/tray/sheets.tsv"
}
pace() { # MS: the scan role reads paper.conf when it starts
    sed -i '/^pace-ms/d;/^diary/d' "$house/sane/paper.conf"
    printf 'pace-ms %d\ndiary %s\n' "$1" "$diary" >>"$house/sane/paper.conf"
    before=$(scan_role)
    kill -9 "$before"
    until_true 30 another_role && until_true 30 ready
}
another_role() { now=$(scan_role) && [ -n "$now" ] && [ "$now" != "$before" ]; }
# The station's news with the moment of their arrival, in milliseconds.
listen() {
    curl -sN "$station_url/api/stream" 2>/dev/null | while IFS= read -r line; do
        case $line in data:*'"leaf"'*) echo "${EPOCHREALTIME//./} ${line#data:}" ;; esac
    done >"$house/news" &
    listener=$!
}
scan_all() { # SHEETS
    job=$(declare_job "$volume" "$1" | jq -r .job)
    listen
    post job/start '{}' >/dev/null
    wait_state counted,review 180 || { post job/abandon '{}' >/dev/null && exit 1; }
}
# first FILTER: the moment each side first passed it: "sheet side ms"
first() {
    while read -r at news; do echo "$news" | jq -r --arg at "${at%???}" "select($1) | \"\(.leaf) \(.side) \(\$at)\""; done <"$house/news" |
        awk '!seen[$1 $2]++ { print $1, $2 == "back" ? 1 : 0, $3 }'
}
# behind FILE: milliseconds from the last line of each side (diary) to its moment in FILE
behind() { awk 'NR == FNR { last[$1 " " $2] = $5; next } ($1 " " $2) in last { print $3 - last[$1 " " $2] }' "$diary" "$1"; }
part_of() { sort -n | awk -v p="$1" '{ v[NR] = $1 } END { if (NR) print v[int((NR - 1) * p / 100 + 0.5) + 1] }'; }

echo "3. capture: $SHEETS sheets, both sides, 200 images a minute, pages are recognised meanwhile"
for ((i = 0; i < SHEETS; i++)); do
    set -- 002 007 003 004 006 011 009 010 013 015 016 018 019 022
    shift $((i * 2 % 14))
    echo "$1.jpg $2.jpg"
done >"$work/stack"
lay_fronts "$work/stack"
pace 600
scan_all "$SHEETS"
figure 3 "images a minute, as the feeder delivered them" "$(awk '$2 == 1 { n++; if (n == 1) from = $4; to = $4 } END { if (n > 1) print (n - 1) * 120000 / (to - from) }' "$diary")" "images/min" ">= 199"
figure 3 "sheets before which the motor had to stand" "$(awk '$2 == 0 && $6 > 0 { n++ } END { print n + 0 }' "$diary")" "sheets" "<= 0"
figure 3 "time the spool took for a sheet, of the motor's 600 ms: median" "$(awk '$2 == 0 && NR > 1 { print $3 - ready } { ready = $4 }' "$diary" | part_of 50)" "ms"
figure 3 "the same, the longest" "$(awk '$2 == 0 && NR > 1 { print $3 - ready } { ready = $4 }' "$diary" | part_of 100)" "ms" "<= 600"
all_seen() { [ "$(get '[.job.pages[] | select(.seen == 0)] | length')" = 0 ]; }
until_true 60 all_seen
kill $listener 2>/dev/null
first '.seen == 1' >"$work/seen"
figure 3 "a page can be seen after its last line: median" "$(behind "$work/seen" | part_of 50)" "ms" "<= 300"
figure 3 "the same, 19 of 20 pages" "$(behind "$work/seen" | part_of 95)" "ms" "<= 300"
figure 3 "pages of which this was measured" "$(behind "$work/seen" | wc -l)" "pages" ">= $((SHEETS * 2))"
post job/abandon '{}' >/dev/null

echo "   one sheet each 4 seconds, somebody waits for the text"
for page in $pages; do echo "$(basename "$page") -"; done >"$work/stack"
lay_fronts "$work/stack"
pace ${WAIT_MS:-4000}
scan_all "$(wc -l <"$work/stack")"
until_true 60 all_read
kill $listener 2>/dev/null
first '.state == "ready" and .kind == "page"' >"$work/text"
figure 3 "text after the last line, one page at a time: median" "$(behind "$work/text" | part_of 50)" "ms" "<= 1500"
figure 3 "pages of which this was measured" "$(behind "$work/text" | wc -l)" "pages" ">= 12"
