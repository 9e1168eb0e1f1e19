#!/bin/sh
# Days of a station in minutes: `soak_station.sh [SHEETS [SEED]]`. Volume after volume
# through the feeder, without recognition, while feeder, processes and repository fail at
# random; some sheets are fed again as repairs. At the end every sheet that was laid into
# the feeder is accounted for, bit by bit, here and in the repository.
#
# Without arguments a short run, as a test. `make soak` is the long one. The seed that is
# printed repeats the choices (not the moments) of a run. SOAK_SECONDS: no new volume after.
[ -n "${BASH_VERSION:-}" ] || exec bash "$0" "$@"
set -u
cd "$(dirname "$0")/../.."
SHEETS=${1:-120}
SEED=${2:-$$}
MOST=${SOAK_VOLUME:-60} # sheets of the greatest volume
house=$(mktemp -d /tmp/juanku-soak-XXXXXX)
REPO_PORT=$((27500 + $$ % 1000))
STATION_PORT=$((17000 + $$ % 1000))
STATION_CONF='scan.stall_s = 3
scan.dpi = 75
ocr.model = none
spool.keep_jobs = 10'
. tests/sim/lib_station.sh
trap 'stop_house; rm -rf "$house"' EXIT
RANDOM=$SEED
echo "# seed $SEED, $SHEETS sheets"
open_house

# Row i of $sums has the hashes of both sides of picture pair i; pair 0 is the separator.
sum_of() { sha256sum "$house/tray/$1" | cut -d' ' -f1; }
fronts=(separator.jpg 1-front.jpg 2-front.jpg 3-front.jpg 4-front.jpg 5-front.jpg)
backs=(5-back.jpg 1-back.jpg 2-back.jpg 3-back.jpg 4-back.jpg 5-back.jpg)
fill_small_tray 1
for i in 0 1 2 3 4 5; do sums[i]="$(sum_of "${fronts[i]}")
$(sum_of "${backs[i]}")"; done

all='' unread=0 fed_all=0 images_all=0 faults=0 kills=0 repairs=0 volumes=0 wrong=0
complain() {
    wrong=$((wrong + 1))
    echo "# volume $volumes: $*"
}

lay_stack() { # N: sheets of the next volume; $want gets the hashes of all sides
    want=''
    printf 'sheet\tfront\tback\n' >"$house/tray/new.tsv"
    for ((i = 1; i <= $1; i++)); do
        pair=$((i == 1 ? 0 : RANDOM % 5 + 1))
        printf '%d\t%s\t%s\n' $i "${fronts[pair]}" "${backs[pair]}" >>"$house/tray/new.tsv"
        want+="${sums[pair]}
"
    done
    mv "$house/tray/new.tsv" "$house/tray/sheets.tsv"
    rm -f "$house/feeder"
}

kinds=(jam double-feed cover-open io-error no-docs device-gone slow-feed slow-feed)
plan_trouble() { # FROM TO: maybe one among these sheets
    no_trouble
    [ "$1" -le "$2" ] && [ $((RANDOM % 3)) -gt 0 ] || return 0
    kind=${kinds[RANDOM % 8]}
    side=front
    [ $((RANDOM % 2)) = 0 ] || side=back
    ms=$((RANDOM % 6 == 0 ? 20000 : 200)) # now and then so slow that it is cut off
    trouble $kind $(($1 + RANDOM % ($2 - $1 + 1))) $side $((RANDOM % 2 * 60)) $ms
}

role_pids() { # stationd | repod, ROLE
    for pid in $(kids_of "$1"); do
        tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q -- "--role $2" && echo "$pid"
    done
}
maybe_kill() { # one chance in N
    [ $((RANDOM % $1)) = 0 ] || return 0
    kills=$((kills + 1))
    case $((RANDOM % 5)) in
    0)
        kill_station
        start_stationd
        log_in_operator || complain "no log-in after a kill"
        ;;
    # shellcheck disable=SC2046
    1) kill -9 $(role_pids "$stationd_pid" scan) 2>/dev/null ;;
    # shellcheck disable=SC2046
    2) kill -9 $(role_pids "$stationd_pid" page) 2>/dev/null ;;
    # shellcheck disable=SC2046
    3) kill -9 $(role_pids "$stationd_pid" submit) 2>/dev/null ;;
    4)
        kill_repod
        start_repod
        ;;
    esac
}

# Feed what lies there until the job stands counted; TO is the last sheet of the stack.
feed_all() { # TO
    press job/start
    for ((turn = 0; turn < 3000; turn++)); do
        maybe_kill 25
        look
        case $state in
        counted | review) return ;;
        stopped)
            kept_now=${numbers#* }
            kept_now=${kept_now% *}
            case $numbers in restart*) ;; *) faults=$((faults + 1)) ;; esac
            plan_trouble $((kept_now + 1)) "$1"
            lay_from $((kept_now + 1))
            press job/resume
            ;;
        esac
        sleep 0.05
    done
    complain "never counted: $state $numbers"
}

# One sheet again, because its picture is said to be bad.
feed_again() { # SHEETS
    place_again=$((RANDOM % $1 + 1))
    post job/repair "{\"do\":\"replace\",\"sheet\":$place_again,\"reason\":\"模糊\"}" >/dev/null
    for ((turn = 0; turn < 600; turn++)); do
        look
        case $state in
        counted | review) break ;;
        stopped)
            lay_from $place_again
            press job/resume
            ;;
        esac
        sleep 0.05
    done
    repairs=$((repairs + 1))
    line=$((place_again * 2 - 1))
    want+="$(printf %s "$want" | sed -n "$line,$((line + 1))p")
"
}

memory() { # MiB of the session and all its roles
    for pid in $stationd_pid $(kids_of "$stationd_pid"); do
        awk '/^VmRSS/ { print $2 }' "/proc/$pid/status" 2>/dev/null
    done | awk '{ n += $1 } END { printf "%d", n / 1024 }'
}

all_settled() { [ "$(get '.job.pages_total - .job.pages_read')" = 0 ]; }
start=$(date +%s)
while [ $fed_all -lt "$SHEETS" ] && [ $(($(date +%s) - start)) -lt "${SOAK_SECONDS:-86400}" ]; do
    volumes=$((volumes + 1))
    count=$((RANDOM % MOST + 2))
    [ $volumes = 1 ] || volume=$(hold_volume $volumes)
    all="$all $volume"
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
    [ "$(kept)" = "${want%?}" ] || complain "other pictures than were fed"
    until_true 120 all_settled || complain "pages are not read"
    for index in $(get '.job.pages[] | select(.state == "failed") | .index'); do
        unread=$((unread + 1)) # its worker was killed twice: told, and read when asked
        post "images/$index" '{"do":"read-again"}' >/dev/null
    done
    until_true 120 all_settled || complain "pages are not read"
    post label "{\"text\":\"$volume\"}" >/dev/null
    until_true 10 is_state counted || complain "not counted but $(get '.job | "\(.state): \(.sentence)"')"
    post job/finish '{}' >/dev/null
    fed_all=$((fed_all + leaves))
    images_all=$((images_all + leaves * 2))
    [ $volumes != 3 ] || early=$(memory)
done
waiting() { [ "$(get .repo.queue)" = 0 ]; }
until_true 300 waiting || complain "not everything is sent"
late=$(memory)
took=$(($(date +%s) - start))

# The repository's own book against ours.
stored=$(for v in $all; do as scan1 volume scans "$v" --json; done |
    jq -rs '[.[].scans[]] | "\(length) \([.[].sheets_counted] | add) \([.[].images] | add)"')
in_place=$((fed_all - repairs)) # the others are kept beside, as replaced
figures=$(curl -s -b "$house/jar" "$station_url/api/shift" | jq -r '.total | "\(.sheets) \(.images)"')
echo "# $volumes volumes, $fed_all sheets, $images_all pictures in $took s; $faults faults, $kills kills, $repairs repairs, $unread pages read again"
echo "# memory of all roles ${early:-$late} MiB after volume 3, $late MiB at the end"
same 0 $wrong "every sheet that was fed is kept once, in order, with its very bits"
same "$volumes $in_place $((in_place * 2))" "$stored" "the repository has every volume once, with its sheets and pictures"
same "$fed_all $images_all" "$figures" "the figures of the shift say the same"
[ "$late" -le $((${early:-$late} + 60)) ]
say $? "memory stays flat"
