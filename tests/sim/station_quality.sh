#!/bin/sh
# What the station tells of its pictures: by the court's own limits, a sheet that was fed
# twice, figures up to the manifest; and a TIFF master of each picture.
[ -n "${BASH_VERSION:-}" ] || exec bash "$0" "$@"
set -u
cd "$(dirname "$0")/../.."
house=$(mktemp -d /tmp/juanku-quality-XXXXXX)
work=$(mktemp -d)
REPO_PORT=$((24500 + $$ % 1000))
STATION_PORT=$((14000 + $$ % 1000))
STATION_CONF="ocr.model = none
qc.limits = $work/limits.conf
masters.dir = $work/masters"
mkdir "$work/masters"
printf 'version = 某市-2026-1\nskew_mdeg = 1400\n' >"$work/limits.conf"
. tests/sim/lib_station.sh
trap 'stop_house; rm -rf "$house" "$work"' EXIT
open_house

# Sheet 3 (1.47 and -0.29 degrees askew) comes twice, then another one.
fill_tray 3
printf '4\t003.jpg\t004.jpg\n5\t006.jpg\t007.jpg\n' >>"$house/tray/sheets.tsv"
declare_job "$volume" 5 >/dev/null
post job/start '{}' >/dev/null
wait_state counted,review 60
until_true 60 all_read
say $? "all pictures are looked at"
reasons() { get "[.job.pages[] | select(.kind == \"page\") | \"\(.sheet)\(.side):\" + ([.qc[].code] | join(\"+\"))] | join(\" \")"; }
same "3front:skew 3back: 4front:skew+fed-twice 4back:fed-twice 5front:" "$(reasons)" \
    "the second of two sheets that are the same is told, and askew by the court's limit"
same "某市-2026-1 A4" "$(get '[.job.pages[] | select(.kind == "page") | .figures | "\(.limits) \(.paper)"] | unique | join("; ")')" \
    "figures name the table they were judged by"
has "$(get '.job.pages[] | select(.sheet == 4 and .side == "front") | .qc[] | select(.code == "skew") | .sentence')" \
    "要求不超过 1.4°" "the sentence has the court's limit"

same "$(get .job.images)" "$(find "$work/masters" -name '*.tif' | wc -l)" "each picture has its master"
for tiff in "$work"/masters/*/*.tif; do tiffinfo -D "$tiff" >/dev/null 2>>"$house/trouble"; done
[ ! -s "$house/trouble" ]
say $? "tiffinfo decodes them all"
has "$(exiftool -s -Make -Model -XMP-jk:Station -XMP-jk:Side "$work"/masters/*/0003-back.tif | tr '\n' ' ')" "ST01" \
    "a master says which station made it"

# A table that is wrong is refused at the start, with its line.
printf 'version = b\nskew = 3\n' >"$work/limits.conf"
"$bin/juanku-stationd" --config "$house/stationd.conf" >"$house/said" 2>&1
[ $? = 1 ] && grep -q 'limits.conf:2' "$house/said"
say $? "a wrong table is refused, with its line"
