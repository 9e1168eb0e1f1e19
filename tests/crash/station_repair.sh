#!/bin/sh
# kill -9 of the whole station at many moments of a repair: afterwards it is either still
# waiting for its sheet, with the old order, or done, with the new one; never between, and
# no picture is lost.
[ -n "${BASH_VERSION:-}" ] || exec bash "$0" "$@"
set -u
cd "$(dirname "$0")/../.."
house=$(mktemp -d /tmp/juanku-repaircrash-XXXXXX)
REPO_PORT=$((22500 + $$ % 1000))
STATION_PORT=$((12000 + $$ % 1000))
STATION_CONF='scan.dpi = 75
ocr.model = none'
. tests/sim/lib_station.sh
trap 'stop_house; rm -rf "$house"' EXIT
open_house
fill_small_tray 3
job=$(declare_job "$volume" 3 | jq -r .job)
post job/start '{}' >/dev/null
wait_state counted,review 20
order() { get '[.job.pages[] | select(.side == "front") | .leaf | tostring] | join(" ")'; }
records() { find "$house/spool/$job/sheets" -name '[0-9][0-9][0-9][0-9].json' | wc -l; }

# A record may be there before the order: the power fails between the two writes.
want='1 2 3'
last=3
wrong=''
waited=0
done_at_once=0
for ms in 0 20 40 60 80 100 120 150 200 300; do
    post job/repair '{"do":"replace","sheet":2,"reason":"模糊"}' >/dev/null
    sed -i 's/^fed [0-9]*/fed 1/' "$house/feeder"
    cp "$house/spool/$job/job.json" "$house/job-armed.json"
    [ $ms -gt 20 ] || trouble slow-feed 2 back 0 5000 # killed with the sheet in the path
    curl -s -b "$house/jar" -d '{}' "$station_url/api/job/resume" >/dev/null &
    sleep "0.$(printf %03d $ms)"
    kill_station
    no_trouble
    [ $ms != 300 ] || cp "$house/job-armed.json" "$house/spool/$job/job.json"
    start_stationd
    log_in_operator
    now=$(order)
    case "$(get '.job | "\(.state) \(.repair.waits)"') $now" in
    "stopped replace $want") waited=$((waited + 1)) ;;
    "counted  1 $((last + 1)) 3" | "review  1 $((last + 1)) 3") done_at_once=$((done_at_once + 1)) ;;
    *) wrong="$wrong [$ms ms: $(get '.job | "\(.state) \(.stop) \(.repair.waits)"') $now]" ;;
    esac
    if [ "$(get .job.repair.waits)" = replace ]; then
        until_true 20 ready
        sed -i 's/^fed [0-9]*/fed 1/' "$house/feeder"
        post job/resume '{}' >/dev/null
        wait_state counted,review 20
    fi
    last=$((last + 1))
    want="1 $last 3"
    [ "$(order)" = "$want" ] || wrong="$wrong [$ms ms: then $(order), not $want]"
    [ "$(records)" = $last ] || wrong="$wrong [$ms ms: $(records) records, not $last]"
    [ "$(get .job.replaced)" = $(((last - 3) * 2)) ] || wrong="$wrong [$ms ms: $(get .job.replaced) replaced]"
done
[ -z "$wrong" ] || echo "# $wrong"
[ -z "$wrong" ]
say $? "killed at ten moments of a repair, it was waiting ($waited times) or done ($done_at_once times), never between"
[ $done_at_once -gt 0 ] && [ $waited -gt 0 ]
say $? "both were seen, one with the record on the disk and the order not yet"
same 0 "$(cd "$house/spool/$job/sheets" && for n in *.json; do
    case $n in ????.json) jq -r '.images[] | "\(.sha256)  \(.file)"' "$n" ;; esac
done | sha256sum --check --quiet 2>&1 | wc -l)" "every picture that was ever acknowledged is whole"
for _ in 1 2 3 4 5 6 7 8 9 10; do post job/repair '{"do":"undo"}' >/dev/null; done
same "1 2 3" "$(order)" "ten undos lead back to the first three"
has "$(post job/repair '{"do":"undo"}' | title)" 没有可以撤销 "and no further"
