#!/bin/sh
# Both sides at a feeder that sees one: all fronts, the stack turned over, all backs. The
# tray plays the turned stack: the last sheet's back comes first. Ended in the middle, and
# with a back too few and one too many, there is at the end one front and one back for
# each sheet, each the very bits of its side, and every other picture is still there.
[ -n "${BASH_VERSION:-}" ] || exec bash "$0" "$@"
set -u
cd "$(dirname "$0")/../.."
house=$(mktemp -d /tmp/juanku-turn-XXXXXX)
REPO_PORT=$((24500 + $$ % 1000))
STATION_PORT=$((14000 + $$ % 1000))
STATION_CONF='scan.dpi = 75
ocr.model = none
scan.source = ADF Front+Back'
. tests/sim/lib_station.sh
trap 'stop_house; rm -rf "$house"' EXIT
open_house

# tray PICTURE...: the sides that lie up, in the order of feeding
tray() {
    rm -rf "$house/tray" "$house/feeder"
    mkdir -p "$house/tray"
    cp tests/data/stack-small/*.jpg "$house/tray/"
    {
        printf 'sheet\tfront\tback\n'
        n=0
        for picture in "$@"; do n=$((n + 1)) && printf '%d\t%s\t-\n' $n "$picture"; done
    } >"$house/tray/sheets.tsv"
}
fronts=$(tail -n +2 tests/data/stack-small/sheets.tsv | cut -f2 | head -4)
backs=$(tail -n +2 tests/data/stack-small/sheets.tsv | cut -f3 | head -4)
turned=$(echo "$backs" | tac)
want=$(paste -d '\n' <(echo "$fronts") <(echo "$backs") | while read -r f; do
    sha256sum <"tests/data/stack-small/$f"; done | cut -d' ' -f1)
have() { # the pictures of the volume as it stands
    get '.job.pages[] | "\(.leaf) \(.side)"' | while read -r leaf side; do
        sha256sum "$(printf '%s/spool/%s/sheets/%04d-%s.jpg' "$house" "$job" "$leaf" "$side")"
    done | cut -d' ' -f1
}
numbers() { get '.job | "\(.state) \(.stop) \(.sheets_fed) \(.images) \(.backs)"'; }
# shellcheck disable=SC2086
to_the_backs() {
    tray $fronts
    job=$(declare_job "$volume" 4 | jq -r .job)
    press job/start
    look_until stopped
}

to_the_backs
same "stopped turn 4 4 0" "$(numbers)" "when all fronts were fed the stack is to be turned"
has "$(get .job.next)" "把整叠纸翻过来，不要改变顺序，再放入" "the page says how"
[ -n "$(post job/finish '{}' | title)" ]
say $? "fronts alone cannot be handed in"
# shellcheck disable=SC2086
tray $turned
trouble slow-feed 3 front 0 20000
press job/resume
until_true 20 eval '[ "$(get .job.images)" = 6 ]'
kill_station
start_stationd
log_in_operator
same "stopped restart 4 6 2" "$(numbers)" "ended in the middle of the backs it knows what it has"
has "$(get .job.next)" "第 2 张" "and which sheet is next"
has "$(get .job.next)" "反面朝上" "with its back up"
no_trouble
echo "fed 2" >"$house/feeder"
until_true 20 ready
press job/resume
look_until counted,review
same " 4 8" "$numbers" "the other backs complete the volume"
[ "$(have)" = "$want" ]
say $? "each back stands behind its front: the first one fed belongs to the last sheet"
post job/abandon '{}' >/dev/null
has "$(declare_job "$volume" 4 | jq -r .next)" "4 张纸正面朝上" "fronts are asked for first"
post job/abandon '{}' >/dev/null

to_the_backs # two backs go together: one is missing at the end
# shellcheck disable=SC2046,SC2086
tray $(echo $turned | cut -d' ' -f1,3-)
press job/resume
look_until stopped
same "stopped backs-fewer 4 7 3" "$(numbers)" "a back too few stops the job"
has "$(get .job.sentence)" "正面 4 张，反面 3 张" "and is told in numbers"
post job/repair '{"do":"backs","sheet":3,"reason":"两张一起走"}' >/dev/null
has "$(get .job.next)" "第 3 张" "backs are wanted again from the sheet that went with another"
# shellcheck disable=SC2046,SC2086
tray $(echo $turned | cut -d' ' -f2-) 2.jpg
cp "tests/data/stack-small/$(echo "$fronts" | head -1)" "$house/tray/2.jpg"
press job/resume
look_until stopped
same "stopped backs-more 4 8 5" "$(numbers)" "a back too many stops it as well"
[ -n "$(post job/resume '{}' | title)" ] && [ -n "$(post job/finish '{}' | title)" ]
say $? "nothing goes on until all backs are fed again"
post job/repair '{"do":"backs","reason":"多了一张"}' >/dev/null
# shellcheck disable=SC2086
tray $turned
press job/resume
look_until counted,review
[ "$numbers" = " 4 8" ] && [ "$(have)" = "$want" ]
say $? "then each sheet has its own"
same "7 15" "$(get '.job.replaced') $(find "$house/spool/$job/sheets" -name '*.jpg' ! -name '*.*.jpg' | wc -l)" \
    "and what was fed before is still there: sheets counted = fronts, pictures kept = all"
