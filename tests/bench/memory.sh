#!/bin/bash
# 4. One volume of 1,000 pages through the whole station with two recognisers: what all of
# its roles hold together (shared pages by share), and whether that grows. The pages have
# the size that the recogniser works on (A4, 200 dpi); the first 100 are recognised by one
# station, all 1,000 are read without recognition by another, so that it takes minutes.
set -u
cd "$(dirname "$0")/../.."
. tests/bench/lib_bench.sh
SHEETS=${1:-500} # read without recognition; 0: none
READ=${2:-50}    # recognised; memory.sh 0 500 is a thousand pages, half an hour
house=$work/house
mkdir -p "$house"
REPO_PORT=$((29500 + $$ % 1000))
STATION_PORT=$((19000 + $$ % 1000))
STATION_CONF='scan.dpi = 200'
. tests/sim/lib_station.sh
trap 'stop_house; rm -rf "$work"' EXIT
open_house

# 200 dpi, real pages on both sides, each picture a little other than the last.
lay_pages() { # SHEETS
    rm -rf "$house/tray" "$house/feeder"
    mkdir -p "$house/tray"
    for page in $pages; do
        djpeg -scale 2/3 "$page" 2>/dev/null | cjpeg -quality 80 >"$house/tray/$(basename "$page")" 2>/dev/null
    done
    set -- "$1" $(ls "$house/tray")
    n=$1
    shift
    { printf 'sheet\tfront\tback\n'
        for ((i = 0; i < n; i++)); do printf '%d\t%s\t%s\n' $((i + 1)) "${@:i * 5 % $# + 1:1}" "${@:(i * 7 + 3) % $# + 1:1}"; done
    } >"$house/tray/sheets.tsv"
}
held() { # MiB of all roles of the station
    for pid in $stationd_pid $(kids_of "$stationd_pid"); do
        awk '/^Pss:/ { print $2 }' "/proc/$pid/smaps_rollup" 2>/dev/null
    done | awk '{ n += $1 } END { printf "%.1f\n", n / 1024 }'
}
# sample FILE: "pages read, MiB" twice a second until all are read
sample() {
    : >"$1"
    until [ "$(get_brief '.job | "\(.state) \(.pages_total - .pages_read)"')" = "counted 0" ] ||
        [ "$(get_brief '.job | "\(.state) \(.pages_total - .pages_read)"')" = "review 0" ]; do
        echo "$(get_brief .job.pages_read) $(held)" >>"$1"
        sleep 0.5
    done
}
# Memory for each 100 pages more, by least squares from page 100 on.
slope() {
    awk '$1 >= 100 { n++; x = $1 / 100; sx += x; sy += $2; sxx += x * x; sxy += x * $2 }
        END { d = n * sxx - sx * sx; if (n > 2 && d > 0) printf "%.3f", (n * sxy - sx * sy) / d }' "$1"
}
most() { awk '$2 > m { m = $2 } END { print m }' "$1"; }

installed djpeg && installed cjpeg || { echo "# memory: libjpeg-turbo-progs is missing"; exit 0; }
echo "4. a volume of $(((SHEETS > READ ? SHEETS : READ) * 2)) pages, two page workers"
lay_pages "$READ"
job=$(declare_job "$volume" "$READ" | jq -r .job)
post job/start '{}' >/dev/null
sample "$work/read"
figure 4 "all roles of the station, $((READ * 2)) pages recognised: at most" "$(most "$work/read")" "MiB" "<= 700"
[ "$READ" -ge 100 ] && figure 4 "what each 100 pages more take when recognised, from page 100 on" "$(slope "$work/read")" "MiB" "<= 1"
cp "$work/read" "${SAMPLES:-/dev/null}"
post job/abandon '{}' >/dev/null
[ "$SHEETS" -gt 0 ] || exit 0

kill_station
sed -i '/^ocr/d' "$house/stationd.conf"
echo 'ocr.model = none' >>"$house/stationd.conf"
start_stationd
log_in_operator
lay_pages "$SHEETS"
job=$(declare_job "$volume" "$SHEETS" | jq -r .job)
post job/start '{}' >/dev/null
sample "$work/plain"
figure 4 "all roles of the station, $(get_brief .job.pages_read) pages without recognition: at most" "$(most "$work/plain")" "MiB" "<= 700"
figure 4 "what each 100 pages more take, from page 100 on" "$(slope "$work/plain")" "MiB" "<= 1"
