#!/bin/sh
# Double feeds that the scanner's own detector missed: two sheets that overlap are longer
# than paper is, a sheet fed twice looks like the one before it. Each stops the feeding
# with the sheet named, at a middle sheet and (LONG=1, in make soak) the first and the
# last; nothing goes on until somebody says what it is, and at the end there is one pair of
# pictures for each sheet. A patch code that ends the volume stops it as well.
[ -n "${BASH_VERSION:-}" ] || exec bash "$0" "$@"
set -u
cd "$(dirname "$0")/../.."
house=$(mktemp -d /tmp/juanku-suspects-XXXXXX)
REPO_PORT=$((22500 + $$ % 1000))
STATION_PORT=$((12000 + $$ % 1000))
STATION_CONF='scan.dpi = 75
ocr.model = none
spool.keep_jobs = 2'
FEED_MS=150
. tests/sim/lib_station.sh
trap 'stop_house; rm -rf "$house"' EXIT
open_house
SHEETS=5

# lay SHEET=PICTURE-OF-THE-FRONT: five sheets, one of them with another front
lay() {
    fill_small_tray $SHEETS
    cp tests/data/stack-small/two-overlapping.jpg "$house/tray/"
    awk -F '\t' -v OFS='\t' -v n="${1%%=*}" -v f="${1#*=}" 'NR > 1 && $1 == n { $2 = f } { print }' \
        tests/data/stack-small/sheets.tsv >"$house/tray/sheets.tsv"
}
sums() { # what is in the tray, in order
    tail -n +2 "$house/tray/sheets.tsv" | while IFS="$(printf '\t')" read -r _ front back; do
        (cd "$house/tray" && sha256sum "$front" "$back")
    done | cut -d' ' -f1
}
suspect() { get '[.job.pages[] | select(.suspect == 1)][0] // {} | "\(.index) \(.sheet)"'; }
told() { [ "$(suspect)" != "null null" ]; }
fix() { # DO: at the suspect picture
    read -r index _ <<<"$(suspect)"
    post "images/$index" "{\"do\":\"$1\"}" >/dev/null
}
repair() { # DO: with its sheet
    read -r _ sheet <<<"$(suspect)"
    post job/repair "{\"do\":\"$1\",\"sheet\":$sheet,\"reason\":\"进纸有误\"}" >/dev/null
}
state_is() { # STATES
    look
    case ",$1," in *",$state,"*) return 0 ;; esac
    return 1
}


# case_of SHEET PICTURE CODE: until it stops because of it; the rest is the caller's
stops_at() {
    lay "$1=$2"
    job=$(declare_job "$volume" $SHEETS | jq -r .job)
    press job/start
    until_true 20 state_is stopped,counted,review
    until_true 10 told
    same "$3 $1" "$(get '[.job.pages[] | select(.suspect == 1)][0] | [.qc[].code] | map(select(. == "'"$3"'")) | .[0]') $(suspect | cut -d' ' -f2)" \
        "$3: sheet $1 is told as long as it is in the hand"
    if [ "$1" -lt 4 ]; then # before the end of the stack it stops the feeding as well
        look
        same "stopped $3" "$state ${numbers%% *}" "and stops the feeding"
        case $next in *"第 $1 张"*) say 0 "the sentence names it" ;; *) echo "# $next" && say 1 "the sentence names it" ;; esac
    fi
    until_true 20 all_read
    [ -n "$(post job/resume '{}' | title)" ] && [ -n "$(post job/finish '{}' | title)" ]
    say $? "nothing goes on until it is settled"
}
ends_with() { # WANTED-SUMS TEXT
    look_until stopped,counted,review >/dev/null
    [ "$state" != stopped ] || press job/resume
    look_until counted,review
    [ "$numbers" = " 5 10" ] && [ "$(kept_now)" = "$1" ]
    say $? "$2"
    post job/abandon '{}' >/dev/null
}
# The pictures of the volume as it stands, without what was taken out
kept_now() {
    get '.job.pages[] | "\(.leaf) \(.side)"' | while read -r leaf side; do
        sha256sum "$(printf '%s/spool/%s/sheets/%04d-%s.jpg' "$house" "$job" "$leaf" "$side")"
    done | cut -d' ' -f1
}
sheets=3
[ "${LONG:-}" = 1 ] && sheets='1 3 5'
for sheet in $sheets; do # it was two sheets: everything from it on is fed again
    stops_at $sheet two-overlapping.jpg long
    repair rewind
    same "$((sheet - 1))" "$(get .job.sheets_fed)" "from sheet $sheet on all is out of the volume"
    fill_small_tray $SHEETS
    echo "fed $((sheet - 1))" >"$house/feeder"
    want=$(sums)
    press job/resume
    ends_with "$want" "fed again from sheet $sheet: sheets in = images kept"
done
stops_at 2 two-overlapping.jpg long
want=$(sums)
fix right
ends_with "$want" "a sheet that is as long is kept when a person says so"

# Patch 2 is a new paper of the same item, patch 3 the end of the volume.
fill_small_tray 12
{
    head -1 tests/data/stack-small/sheets.tsv
    n=0
    for front in separator patch-2 1-front patch-3 2-front 3-front 4-front 5-front 1-front 2-front 3-front 4-front; do
        n=$((n + 1)) && printf '%d\t%s.jpg\t1-back.jpg\n' $n $front
    done
} >"$house/tray/sheets.tsv"
cp tests/data/stack-small/patch-*.jpg "$house/tray/"
job=$(declare_job "$volume" 4 | jq -r .job)
press job/start
until_true 20 state_is stopped,counted,review
[ "$(get .job.sheets_fed)" -lt 12 ]
say $? "the sheet that ends a volume stops the feeding"
until_true 10 all_read
if [ "$(get .job.sheets_fed)" -gt 4 ]; then
    has "$(get '[.job.pages[] | select(.sheet == 5 and .side == "front")][0].sentence')" "第 5 张在结束页后面" \
        "what went after it is told"
    post job/repair '{"do":"rewind","sheet":5,"reason":"是下一卷的"}' >/dev/null
fi
look_until counted,review
same " 4 8" "$numbers" "and does not belong to the volume"
same "separator separator page separator" "$(get '[.job.pages[] | select(.side == "front") | .kind] | join(" ")')" \
    "sheets with patch codes are separators, no pages"
post job/abandon '{}' >/dev/null

# One sheet went twice: it is taken out, and then one is missing. Likeness wants pictures
# as fine as a station takes them.
stop_stationd() { kill "$stationd_pid" && wait "$stationd_pid"; }
stop_stationd
sed -i 's/^scan.dpi = .*/scan.dpi = 200/' "$house/stationd.conf"
start_stationd
log_in_operator
fill_tray 3
printf 'sheet\tfront\tback\n1\t001.jpg\t-\n2\t002.jpg\t-\n3\t003.jpg\t004.jpg\n4\t003.jpg\t004.jpg\n' >"$house/tray/new.tsv"
mv "$house/tray/new.tsv" "$house/tray/sheets.tsv"
job=$(declare_job "$volume" 4 | jq -r .job)
press job/start
until_true 40 told
same 4 "$(suspect | cut -d' ' -f2)" "a sheet that went twice is told"
until_true 30 state_is stopped,counted,review
repair remove
until_true 10 state_is stopped
look
same "stopped  3 6" "$state ${numbers#no-docs}" "taken out, one sheet is missing, and that is told"
post job/abandon '{}' >/dev/null
