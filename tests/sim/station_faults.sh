#!/bin/sh
# The fault matrix: every fault of a feeder at the first, a middle and the last sheet, on
# its front and its back, before the picture and in the midst of it. After each the
# operator does what the sentence says and goes on: sheets in = images kept, each side
# once, in order, with the very bits of its picture. Without recognition, to be quick.
[ -n "${BASH_VERSION:-}" ] || exec bash "$0" "$@"
set -u
cd "$(dirname "$0")/../.."
house=$(mktemp -d /tmp/juanku-faults-XXXXXX)
REPO_PORT=$((24000 + $$ % 9000))
STATION_PORT=$((34000 + $$ % 9000))
STATION_CONF='scan.stall_s = 2
scan.dpi = 75
ocr.lang = none
spool.keep_jobs = 2'
. tests/sim/lib_station.sh
trap 'stop_house; rm -rf "$house"' EXIT
open_house
SHEETS=5
fill_small_tray $SHEETS
want=$(while IFS="$(printf '\t')" read -r _ front back; do
    (cd tests/data/stack-small && sha256sum "$front" "$back")
done <<SHEETS
$(tail -n +2 tests/data/stack-small/sheets.tsv)
SHEETS
)
want=$(echo "$want" | cut -d' ' -f1)

kept() { cat "$house/spool/$job"/sheets/[0-9][0-9][0-9][0-9].json | jq -r '.images[].sha256'; }
place() { cut -d' ' -f2 "$house/feeder" 2>/dev/null || echo 0; }
# What the operator does with the paper: sheet N and those behind it lie in the feeder.
lay_from() { [ "$(place)" = $(($1 - 1)) ] || sed -i "s/^fed [0-9]*/fed $(($1 - 1))/" "$house/feeder"; }
scan_role() {
    for pid in $(kids_of "$stationd_pid"); do
        tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q -- '--role scan' && echo "$pid"
    done
}
# The scan role dies while this side of the sheet is in the path.
hangs() { # SHEET SIDE
    [ "$(place)" = $(($1 - 1 + ($2))) ] && [ "$(get .job.sheets_fed)" = $(($1 - 1)) ]
}

# one KIND SHEET SIDE PERCENT CODE: a job with one fault; prints what is wrong
one() {
    rm -f "$house/feeder"
    no_trouble
    job=$(declare_job "$volume" $SHEETS | jq -r .job)
    case $1 in
    crash | stall) trouble slow-feed "$2" "$3" 0 20000 ;;
    *) trouble "$1" "$2" "$3" "$4" 300 ;;
    esac
    post job/start '{}' >/dev/null
    if [ "$1" = crash ]; then
        behind=0
        [ "$3" = back ] && behind=1
        until_true 10 hangs "$2" $behind
        sleep 0.05
        # shellcheck disable=SC2046
        kill -9 $(scan_role)
    fi
    if [ "$1" != slow-feed ]; then
        wait_state stopped 15 || return
        now=$(get '.job | "\(.stop) \(.sheets_fed) \(.images)"')
        [ "$now" = "$5 $(($2 - 1)) $((($2 - 1) * 2))" ] || echo "# stopped with: $now"
        case $(get .job.next) in
        *"第 $2 张"*) ;;
        *) echo "# no sheet $2 in: $(get .job.next)" ;;
        esac
        no_trouble
        lay_from "$2"
        until_true 10 goes_on || echo "# it does not go on"
    fi
    wait_state counted,review,stopped 20 || return
    now=$(get '.job | "\(.state) \(.sheets_fed) \(.images)"')
    case $now in
    "counted 5 10" | "review 5 10") ;;
    *) echo "# ended with: $now" ;;
    esac
    [ "$(kept)" = "$want" ] || echo "# other pictures than were fed"
    post job/abandon '{}' >/dev/null
}
goes_on() { post job/resume '{}' | jq -e .ok >/dev/null; }

# matrix KIND CODE-FRONT CODE-BACK PERCENT...: three sheets, two sides
matrix() {
    kind=$1 front=$2 back=$3
    shift 3
    bad=''
    cases=0
    for percent in "$@"; do
        for sheet in 1 3 5; do
            for side in front back; do
                code=$front
                [ $side = back ] && code=$back
                said=$(one "$kind" "$sheet" "$side" "$percent" "$code")
                cases=$((cases + 1))
                [ -z "$said" ] || bad="$bad
# $kind at sheet $sheet $side, $percent %:
$said"
            done
        done
    done
    [ -z "$bad" ] || echo "$bad"
    [ -z "$bad" ]
    say $? "$kind at first, middle and last sheet, front and back: sheets in = images kept ($cases times)"
}

matrix jam jam jam 0 60
matrix double-feed double-feed double-feed 0 60
matrix cover-open cover-open cover-open 0 60
matrix io-error io io 0 60
matrix no-docs no-docs half 0
matrix device-gone gone gone 0 60
matrix slow-feed - - 0
matrix crash crash crash 0
matrix stall stall stall 0

# What is read without recognition: kind and pictures, and a page without words.
rm -f "$house/feeder"
no_trouble
job=$(declare_job "$volume" $SHEETS | jq -r .job)
post job/start '{}' >/dev/null
wait_state counted,review 20
until_true 20 all_read
same "10 0" "$(get '.job | "\(.text_pages) \(.failed)"')" "without recognition pages are still judged"
same "200 404" "$(for part in pdf nothing; do curl -s -o /dev/null -w '%{http_code} ' "$station_url/api/images/1/$part"; done | sed 's/ $//')" \
    "and have a PDF"
