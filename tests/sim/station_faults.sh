#!/bin/sh
# The fault matrix: every fault of a feeder at the first, a middle and the last sheet, on
# its front and its back, before the picture and in the midst of it. After each the
# operator does what the sentence says and goes on: sheets in = images kept, each side
# once, in order, with the very bits of its picture. Without recognition, to be quick.
[ -n "${BASH_VERSION:-}" ] || exec bash "$0" "$@"
set -u
cd "$(dirname "$0")/../.."
house=$(mktemp -d /tmp/juanku-faults-XXXXXX)
REPO_PORT=$((20500 + $$ % 1000))
STATION_PORT=$((10000 + $$ % 1000))
STATION_CONF='scan.stall_s = 3
scan.dpi = 75
ocr.model = none
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

# hangs SHEET BEHIND: the sheet is in the path; BEHIND 1: with its back, so it is fed
hangs() {
    for _ in {1..100}; do
        look
        place
        [ "$fed $numbers" = "$(($1 - 1 + $2))  $(($1 - 1)) $((($1 - 1) * 2))" ] && return
        sleep 0.05
    done
}
# one KIND SHEET SIDE PERCENT CODE: a job with one fault; prints what is wrong
one() {
    rm -f "$house/feeder"
    case $1 in
    crash | stall) trouble slow-feed "$2" "$3" 0 20000 ;;
    *) trouble "$1" "$2" "$3" "$4" 300 ;;
    esac
    job=$(declare_job "$volume" $SHEETS | jq -r .job)
    press job/start
    if [ "$1" = crash ]; then
        behind=0
        [ "$3" = back ] && behind=1
        hangs "$2" $behind
        sleep 0.05
        # shellcheck disable=SC2046
        kill -9 $(scan_role)
    fi
    if [ "$1" != slow-feed ]; then
        look_until stopped || return
        [ "$numbers" = "$5 $(($2 - 1)) $((($2 - 1) * 2))" ] || echo "# stopped with: $numbers"
        case $next in *"第 $2 张"*) ;; *) echo "# no sheet $2 in: $next" ;; esac
        no_trouble
        lay_from "$2"
        press job/resume
    fi
    look_until counted,review || return
    [ "$numbers" = " 5 10" ] || echo "# ended with: $numbers"
    [ "$(kept)" = "$want" ] || echo "# other pictures than were fed"
    post job/abandon '{}' >/dev/null
}

# matrix KIND CODE-FRONT CODE-BACK: three sheets, two sides; before the picture (0 %) or in
# the midst of it, by turns
matrix() {
    bad=''
    percent=60
    for sheet in 1 3 5; do
        for side in front back; do
            code=$2
            [ $side = back ] && code=$3
            [ $side$sheet = front3 ] || percent=$((60 - percent))
            said=$(one "$1" $sheet $side $percent "$code")
        [ -z "$said" ] || post job/abandon '{}' >/dev/null # the next one is another job
            [ -z "$said" ] || bad="$bad
# $1 at sheet $sheet $side, $percent %:
$said"
        done
    done
    [ -z "$bad" ] || echo "$bad"
    [ -z "$bad" ]
    say $? "$1 at first, middle and last sheet, front and back: sheets in = images kept"
}

matrix jam jam jam
matrix double-feed double-feed double-feed
matrix cover-open cover-open cover-open
matrix io-error io io
matrix no-docs no-docs half
matrix device-gone gone gone
matrix slow-feed - -
matrix crash crash crash
matrix stall stall stall

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
