#!/bin/sh
# Nothing is special about our feeder, and no disk is endless: the same station on SANE's
# own `test` backend, and with a spool that runs full.
[ -n "${BASH_VERSION:-}" ] || exec bash "$0" "$@"
set -u
cd "$(dirname "$0")/../.."
house=$(mktemp -d /tmp/juanku-other-XXXXXX)
REPO_PORT=$((25500 + $$ % 1000))
STATION_PORT=$((15000 + $$ % 1000))
. tests/sim/lib_station.sh
small=$house/spool-small
end() {
    stop_house
    umount "$small" 2>/dev/null
    rm -rf "$house"
}
trap end EXIT
open_house

# --- SANE's test backend: ten sheets, one side each, raw lines ---------------------------
kill_station
echo test >"$house/sane/dll.conf"
sed -i 's/^scanner.device.*/scanner.device = test:0/; s/^scan.source.*/scan.source = ADF Front/' "$house/stationd.conf"
sed -i '/^scan.dpi/d' "$house/stationd.conf"
printf 'scan.dpi = 75\nscan.mode = Gray\n' >>"$house/stationd.conf"
start_stationd
log_in_operator
until_true 20 ready
declare_job "$volume" 10 >/dev/null
post job/start '{}' >/dev/null
wait_state counted,review,stopped 60
same "10 10" "$(get '.job | "\(.sheets_fed) \(.images)"')" "SANE's test scanner feeds its ten sheets"
until_true 60 all_read
wait_state review 10
say $? "its pages have no separator: a person has to look"
file=$(find "$house/spool" -name 0001-front.jpg)
[ "$(head -c 3 "$file" | od -An -tx1 | tr -d ' ')" = ffd8ff ]
say $? "raw lines are kept as JPEG"
# The first number of its first table tells the quality: 3 at 90, 16 at 50.
table() { od -An -tx1 -v "$1" | tr -d ' \n' | grep -o 'ffdb004300..' | head -1; }
same ffdb00430003 "$(table "$file")" "of quality 90 when nothing is said"
has "$(get .job.sentence)" 未分项 "the sentence says which page"
for index in $(get '.job.pages[] | select(.kind == "page") | .index'); do
    post "images/$index" '{"do":"move","row":13}' >/dev/null
done
until_true 60 all_read
has "$(get .job.sentence)" 封面标签 "without a cover the label has to be read once more"
post label "{\"text\":\"$volume\"}" >/dev/null
wait_state counted 10
say $? "then nothing is in doubt any more"
post job/abandon '{}' >/dev/null
kill_station

# --- the glass: one sheet each time, and the declared number ends it --------------------------
sed -i 's/^scan.source.*/scan.source = Flatbed/' "$house/stationd.conf"
echo 'scan.jpeg_quality = 50' >>"$house/stationd.conf"
start_stationd
log_in_operator
until_true 20 ready
has "$(declare_job "$volume" 2 | jq -r .next)" "放到玻璃上" "a flatbed takes sheets on its glass"
post job/start '{}' >/dev/null
wait_state stopped 30
same ffdb00430010 "$(table "$(find "$house/spool" -name 0001-front.jpg -newer "$house/stationd.conf")")" \
    "scan.jpeg_quality is obeyed"
same "flatbed 1" "$(get '.job | "\(.stop) \(.sheets_fed)"')" "a flatbed stops after each sheet"
has "$(get .job.next)" "请换上下一张纸" "and says what to do"
post label '{"text":"C0195"}' >/dev/null
wait_state counted,review 30
same "2 front front" "$(get '.job | "\(.sheets_fed) \(.pages | map(.side) | join(" "))"')" \
    "the card 确认 takes the next page; the declared number of sheets ends it"
post job/abandon '{}' >/dev/null
kill_station

# --- a disk that runs full ------------------------------------------------------------------
mkdir "$small"
if ! mount -t tmpfs -o size=20m tmpfs "$small" 2>/dev/null; then
    echo "ok - a full disk stops the feeding # SKIP may not mount here"
    exit 0
fi
echo paper >"$house/sane/dll.conf"
sed -i "s#^spool.dir.*#spool.dir = $small#; s/^scanner.device.*/scanner.device = paper:tray/; s/^scan.source.*/scan.source = ADF Duplex/; /^scan.dpi/d; /^scan.mode/d" \
    "$house/stationd.conf"
echo 'spool.reserve_mb = 8' >>"$house/stationd.conf"
fill_tray 17
start_stationd
log_in_operator
declare_job "$volume" 17 >/dev/null
post job/start '{}' >/dev/null
wait_state stopped 60
same disk-full "$(get .job.stop)" "feeding stops before the disk is full"
fed=$(get .job.sheets_fed)
has "$(get .job.sentence)" 磁盘 "and says so"
same "fed $fed" "$(cut -d' ' -f1,2 "$house/feeder")" "no sheet is in the path then"
has "$(post job/resume '{}' | title)" 磁盘 "it does not go on without space"
mount -o remount,size=200m "$small"
post job/resume '{}' >/dev/null
wait_state counted,review,stopped 60
same 17 "$(get .job.sheets_fed)" "with space again it goes on from the next sheet"
mount -o remount,size=4m "$small" 2>/dev/null # no effect on what is there
until_true 180 all_read
say $? "pages are read"
