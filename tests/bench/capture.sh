#!/bin/bash
# Capture: a feeder of 200 images a minute (100 sheets, both sides, A4 300 dpi colour) with
# recognition under way. Is the paper ever held up by the spool, and how soon is a page
# visible after its last line? Prints figures, not a test.
set -u
cd "$(dirname "$0")/../.."
house=$(mktemp -d /tmp/juanku-pace-XXXXXX)
REPO_PORT=$((28500 + $$ % 1000))
STATION_PORT=$((18000 + $$ % 1000))
FEED_MS=${FEED_MS:-600}
. tests/sim/lib_station.sh
trap 'stop_house; rm -rf "$house"' EXIT
open_house
job=$(declare_job "$volume" 17 | jq -r .job)
curl -sN "$station_url/api/stream" 2>/dev/null | while IFS= read -r line; do
    case $line in data:*'"state":"captured"'*) echo "$(date +%s%3N) $(echo "${line#data:}" | jq -r '"\(.sheet) \(.side)"')" ;; esac
done >"$house/seen" &
reader=$!
post job/start '{}' >/dev/null
wait_state counted,review 120
kill $reader 2>/dev/null
# When each sheet was acknowledged, and when its feeding began: feed-ms apart at best.
for n in "$house/spool/$job"/sheets/[0-9][0-9][0-9][0-9].json; do stat -c '%.3Y' "$n"; done >"$house/times"
awk -v feed="$FEED_MS" 'NR > 1 { gap = ($1 - last) * 1000; sum += gap; if (gap > most) most = gap } { last = $1 }
    END { printf "sheets %d, %.0f images a minute; a sheet each %.0f ms on average, %.0f ms at most (the feeder alone needs %d)\n",
        NR, 60000 / (sum / (NR - 1)) * 2, sum / (NR - 1), most, feed }' "$house/times"
awk 'NR == FNR { at[NR] = $1 * 1000; next } $3 == "back" { d = $1 - at[$2]; n++; sum += d; if (d > most) most = d }
    END { if (n) printf "visible after the record was on the disk: %.0f ms on average, %.0f ms at most (%d sheets)\n", sum / n, most, n }' \
    "$house/times" "$house/seen"
