#!/bin/sh
# Days of a station in minutes: `soak_station.sh [SHEETS [SEED]]`. Volume after volume
# through the feeder while feeder, processes and repository fail at random; some sheets are
# fed again as repairs. Each side of each sheet is a picture of its own, and at the end
# each of them is accounted for, bit by bit, in the spool and in the repository.
#
# Without arguments a short run, as a test; `make soak` plays the long ones. The seed that
# is printed repeats the choices (not the moments) of a run.
#   SOAK_VOLUME=60    sheets of the greatest volume
#   SOAK_MODEL=none   the recogniser's model; with another one the shipped stack of real
#                     pages is fed instead of the small pictures
#   SOAK_DIR=/tmp     where the house stands. What limits the rate is flushing, some 40 of
#                     them a sheet, most by the repository; processes that are killed lose
#                     nothing that only the kernel has, so /dev/shm tries the same, faster
#   SOAK_KILL=15      one chance in so many looks (three a second) that something is killed
#   SOAK_DISK=1       the spool's disk fills up now and then (needs `unshare -m`)
[ -n "${BASH_VERSION:-}" ] || exec bash "$0" "$@"
set -u
cd "$(dirname "$0")/../.."
SHEETS=${1:-120}
SEED=${2:-$$}
MOST=${SOAK_VOLUME:-60}
MODEL=${SOAK_MODEL:-none}
DISK=${SOAK_DISK:-}
house=$(mktemp -d "${SOAK_DIR:-/tmp}/juanku-soak-XXXXXX")
REPO_PORT=$((27500 + $$ % 1000))
STATION_PORT=$((17000 + $$ % 1000))
dpi=75
[ "$MODEL" = none ] || dpi=300
STATION_CONF="scan.stall_s = 3
scan.dpi = $dpi
ocr.model = $MODEL
spool.keep_jobs = $((DISK ? 1 : 10))
spool.reserve_mb = $((DISK ? 16 : 512))"
. tests/sim/lib_station.sh
. tests/sim/lib_soak.sh
trap 'stop_house; end_disk; rm -rf "$house"' EXIT
trap 'exit 1' INT TERM
make -s OUT="${OUT:-out}" "${OUT:-out}/tests/bench/soak_stack" || exit 1
RANDOM=$SEED
echo "# seed $SEED, $SHEETS sheets, model $MODEL${DISK:+, the disk fills up}"
BEFORE_START=begin_disk
open_house
fill_templates

start=$(date +%s)
while [ $fed_all -lt "$SHEETS" ]; do
    volumes=$((volumes + 1))
    count=$((RANDOM % MOST + 2))
    [ $volumes = 1 ] || volume=$(hold_volume $volumes)
    lay_stack $count
    plan_trouble 1 $count
    job=$(declare_job "$volume" $count | jq -r .job)
    if [ "$job" = null ]; then
        complain "not declared: $(get .job.sentence)"
        break
    fi
    feed_all $count
    leaves=$count
    if [ $((RANDOM % 3)) = 0 ]; then
        no_trouble
        feed_again $count
        leaves=$((leaves + 1))
    fi
    [ "$(kept)" = "$(cat "$house/want/fed")" ] || complain "other pictures than were fed"
    read_all
    post label "{\"text\":\"$volume\"}" >/dev/null
    until_true 10 is_state counted || complain "not counted but $(get '.job | "\(.state): \(.sentence)"')"
    mv "$house/want/place" "$house/want/$volume"
    cat "$house/want/fed" >>"$house/want/all"
    post job/finish '{}' >/dev/null
    maybe_kill_later
    fed_all=$((fed_all + leaves))
    note_memory
done
waiting() { [ "$(get_brief .repo.queue)" = 0 ]; }
until_true 600 waiting || complain "not everything is sent"
note_memory
took=$(($(date +%s) - start))

check_repository
in_place=$((fed_all - repairs)) # the others are kept beside, as replaced
figures=$(curl -s -b "$house/jar" "$station_url/api/shift" | jq -r '.total | "\(.sheets) \(.images)"')
echo "# $volumes volumes, $fed_all sheets, $((fed_all * 2)) pictures in $took s ($((fed_all * 60 / (took + 1))) sheets a minute)"
echo "# $faults faults, $kills kills, $pauses pauses of the repository, $fills times the disk was full, $repairs repairs, $unread pages read again, $wrong wrong"
memory_line
same 0 $wrong "every sheet that was fed is kept once, in order, with its very bits"
same "$volumes $in_place $((in_place * 2))" "$stored" "the repository has every volume once, with its sheets and pictures"
same 0 "$astray" "each picture stands in its place in the repository's book"
same "$(sort -u "$house/want/all" | wc -l) 0" "$found" "each picture lies in the repository with its very bits"
same "$fed_all $((fed_all * 2))" "$figures" "the figures of the shift say the same"
[ "$flat" = 1 ]
say $? "memory stays flat"
