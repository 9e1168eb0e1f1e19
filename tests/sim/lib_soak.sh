# Parts of soak_station.sh: the stack, what goes wrong with it, and the accounts.

unread=0 fed_all=0 faults=0 kills=0 pauses=0 fills=0 repairs=0 volumes=0 wrong=0
complain() {
    wrong=$((wrong + 1))
    echo "# volume $volumes: $*"
}

# --- the stack ------------------------------------------------------------------------

# Pictures that the sheets are made from: pair 0 is the separator.
fill_templates() {
    mkdir -p "$house/want"
    : >"$house/want/all"
    rm -rf "$house/tray" "$house/feeder"
    mkdir -p "$house/tray"
    if [ "$MODEL" = none ]; then
        cp tests/data/stack-small/*.jpg "$house/tray/"
        pairs=('separator.jpg 5-back.jpg')
        for i in 1 2 3 4 5; do pairs+=("$i-front.jpg $i-back.jpg"); done
        return
    fi
    cp tests/data/stack-1/*.jpg "$house/tray/"
    pairs=('002.jpg 007.jpg' '003.jpg 004.jpg' '006.jpg 007.jpg' '010.jpg 011.jpg'
        '015.jpg 016.jpg' '019.jpg 020.jpg' '009.jpg 004.jpg' '013.jpg 007.jpg'
        '018.jpg 020.jpg' '022.jpg 004.jpg')
}
# N: sheets of the next volume. want/fed has the hashes of all sides as they are fed,
# want/place as they stand in the volume.
lay_stack() {
    pair=0
    for ((i = 1; i <= $1; i++)); do
        echo "${pairs[pair]}"
        last=$pair
        while [ $pair = $last ] || [ $pair = 0 ]; do pair=$((RANDOM % ${#pairs[@]})); done
    done | "${OUT:-out}/tests/bench/soak_stack" "$house/tray" "soak $SEED volume $volumes" >"$house/want/fed"
    cp "$house/want/fed" "$house/want/place"
    rm -f "$house/feeder"
}

# --- what goes wrong ------------------------------------------------------------------

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
# The repository stands still for a while with its connections open, or is away.
pause_repod() { # SECONDS
    pauses=$((pauses + 1))
    victims="$repod_pid $(kids_of "$repod_pid")"
    # shellcheck disable=SC2086
    kill -STOP $victims
    # shellcheck disable=SC2086
    (sleep "$1" && kill -CONT $victims 2>/dev/null) &
}
maybe_kill() { # one chance in N
    [ $((RANDOM % $1)) = 0 ] || return 0
    kills=$((kills + 1))
    case $((RANDOM % 6)) in
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
    5) pause_repod $((RANDOM % 4 + 1)) ;;
    esac
}
# While a volume is being handed in.
maybe_kill_later() {
    case $((RANDOM % 8)) in
    0)
        kill_repod
        kills=$((kills + 1))
        sleep 2 # and the network is tried again meanwhile
        start_repod
        ;;
    1)
        kills=$((kills + 1))
        kill_station
        start_stationd
        log_in_operator || complain "no log-in after a kill"
        ;;
    2) pause_repod 3 ;;
    esac
}

# The spool on a small file system of its own, which fills up.
begin_disk() {
    [ -n "$DISK" ] || return 0
    mount -t tmpfs -o size=96m juanku-soak "$house/spool" || exit 1
}
end_disk() { [ -z "$DISK" ] || umount "$house/spool" 2>/dev/null; }
fill_disk() { # KIB: so much stays free
    [ -n "$DISK" ] || return 0
    fills=$((fills + 1))
    free=$(df --output=avail -k "$house/spool" | tail -1)
    head -c $(((free - $1) * 1024)) /dev/zero >"$house/spool/other" 2>/dev/null
}
free_disk() { [ -z "$DISK" ] || rm -f "$house/spool/other"; }

# --- feeding --------------------------------------------------------------------------

# Feed what lies there until the job stands counted; TO is the last sheet of the stack.
feed_all() { # TO
    press job/start
    for ((turn = 0; turn < 6000; turn++)); do
        maybe_kill "${SOAK_KILL:-15}"
        [ -n "$DISK" ] && [ $((RANDOM % 6)) = 0 ] && fill_disk $((RANDOM % 2 * 12000))
        look
        case $state in
        counted | review) return ;;
        stopped)
            kept_now=${numbers#* }
            kept_now=${kept_now% *}
            case $numbers in restart*) ;; *) faults=$((faults + 1)) ;; esac
            plan_trouble $((kept_now + 1)) "$1"
            free_disk
            lay_from $((kept_now + 1))
            press job/resume
            ;;
        esac
        sleep 0.3
    done
    complain "never counted: $state $numbers"
}

# One sheet again, because its picture is said to be bad.
feed_again() { # SHEETS
    place_again=$((RANDOM % $1 + 1))
    free_disk
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
        sleep 0.3
    done
    repairs=$((repairs + 1))
    line=$((place_again * 2 - 1))
    sed -n "$line,$((line + 1))p" "$house/want/place" >>"$house/want/fed"
}

all_settled() { [ "$(get_brief '.job.pages_total - .job.pages_read')" = 0 ]; }
# Every page, those too whose worker was killed twice: that is told, and read when asked.
read_all() {
    free_disk
    until_true 600 all_settled || complain "pages are not read"
    for index in $(get '.job.pages[] | select(.state == "failed") | .index'); do
        unread=$((unread + 1))
        post "images/$index" '{"do":"read-again"}' >/dev/null
    done
    until_true 600 all_settled || complain "pages are not read"
}

# --- accounts -------------------------------------------------------------------------

memory() { # PID...: MiB that they and their roles hold, shared pages by share
    for pid in "$1" $(kids_of "$1"); do
        awk '/^Pss:/ { print $2 }' "/proc/$pid/smaps_rollup" 2>/dev/null
    done | awk '{ n += $1 } END { printf "%.1f", n / 1024 }'
}
note_memory() {
    echo "$fed_all $(memory "$stationd_pid") $(memory "$repod_pid")" >>"$house/memory"
    [ $((volumes % 10)) != 0 ] || echo "# volume $volumes, $(($(date +%s) - start)) s, sheets and MiB: $(tail -1 "$house/memory")"
}
# Medians of the first and the last fifth of the samples, without the very first volumes;
# of three at least, since one may fall into a start after a kill.
memory_line() {
    line=$(awk 'function middle(column, from, to,   n, i, j, t, v) {
            n = 0
            for (i = from; i <= to; i++) v[++n] = at[i, column]
            for (i = 2; i <= n; i++) for (j = i; j > 1 && v[j] < v[j - 1]; j--) { t = v[j]; v[j] = v[j - 1]; v[j - 1] = t }
            return v[int((n + 1) / 2)]
        }
        { for (c = 1; c <= 3; c++) at[NR, c] = $c; if ($2 > most) most = $2 }
        END {
            skip = NR > 10 ? 3 : 0; part = int((NR - skip) / 5); if (part < 3) part = 3; if (part > NR) part = NR
            s1 = middle(2, skip + 1, skip + part); s2 = middle(2, NR - part + 1, NR)
            r1 = middle(3, skip + 1, skip + part); r2 = middle(3, NR - part + 1, NR)
            printf "%d station %.0f MiB at first, %.0f at the end, %.0f at most; repository %.0f and %.0f MiB\n",
                s2 <= s1 * 1.25 + 16, s1, s2, most, r1, r2
        }' "$house/memory")
    flat=${line%% *}
    echo "# memory of all roles: ${line#* }"
}

# The repository's own book against ours; sets $stored, $astray, $found.
check_repository() {
    stored=$(for v in "$house"/want/V*; do as scan1 volume scans "${v##*/}" --json; done |
        jq -rs '[.[].scans[]] | "\(length) \([.[].sheets_counted] | add) \([.[].images] | add)"')
    astray=0
    for v in "$house"/want/V*; do
        token=$(jq -r .token "$house/sessions/keeper1")
        curl -s -H "Authorization: Bearer $token" "$repo_url/v1/volumes/${v##*/}/pages?all=1" |
            jq -r '[.pages[]] | sort_by(.image)[].capture' | cmp -s - "$v" ||
            { astray=$((astray + 1)) && echo "# volume ${v##*/}: other pictures in its book"; }
    done
    # The files themselves, by a program that is not ours. Under a name of its own lies what
    # a kill cut off, a few for each, until the repository looks through its folders.
    find "$house/repo/blobs" -type f -print0 | xargs -0 sha256sum >"$house/blobs"
    found=$(awk -v all="$house/want/all" -v kills=$kills '{ name = $2; sub(".*/", "", name); if (name == $1) good[$1] = 1; else if (name ~ /^\.put-/) left++; else bad++ }
        END { while ((getline hex <all) > 0) if (!seen[hex]++) have += good[hex]; print have + 0, bad + (left > 4 * kills ? left : 0) }' "$house/blobs")
}
