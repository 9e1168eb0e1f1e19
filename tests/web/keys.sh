#!/bin/sh
# The operator's whole work without a mouse, against the real programs: a jam, a sheet
# scanned again, blanks looked at, a page that the second person sends back and takes.
# keys.mjs presses the keys; the paper is laid by its hand into the tray of the feeder.
[ -n "${BASH_VERSION:-}" ] || exec bash "$0" "$@"
set -u
cd "$(dirname "$0")/../.."
house=$(mktemp -d /tmp/juanku-keys-XXXXXX)
REPO_PORT=$((23500 + $$ % 1000))
STATION_PORT=$((13000 + $$ % 1000))
FEED_MS=60
STATION_CONF='scan.dpi = 75
ocr.model = none'
. tests/sim/lib_station.sh
trap 'stop_house; rm -rf "$house"' EXIT
open_house
VOLUME=$(as clerk1 volume add "$case_id" --kind 1 --part 9 --sheets 5) &&
    as keeper1 volume receive "$VOLUME" --sheets 5 >/dev/null && hand keeper1 scan1 "$VOLUME" || fail "volume"
fill_small_tray 5
sed -i '2,$s/[^\t]*$/-/' "$house/tray/sheets.tsv" # backs are blank
trouble jam 3
export VOLUME HOUSE=$house REPO_BASE=$repo_url STATION_BASE=$station_url SECRETS=$house/secrets
timeout 150 node tests/web/keys.mjs
status=$?
tail -3 "$house/stationd.log" | sed 's/^/# /'
exit $status
