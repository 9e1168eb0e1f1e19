# Parts for the tests of the scanning station: a house with the real programs (see
# demo/lib_house.sh), one volume that the operator holds, and a tray that tests may fill
# and put faults into. Prints TAP through say() and same().

. demo/lib_house.sh
kids_of() { ps -o pid= --ppid "$1" 2>/dev/null; }

say() { # STATUS TEXT
    if [ "$1" = 0 ]; then echo "ok - $2"; else echo "not ok - $2"; fi
}
same() { # WANT GOT TEXT
    [ "$1" = "$2" ] && say 0 "$3 ($2)" || { echo "# want $1, got $2" && say 1 "$3"; }
}
has() { # TEXT PATTERN SAYS
    case $1 in *$2*) say 0 "$3" ;; *) echo "# no '$2' in: $1" && say 1 "$3" ;; esac
}

# get FILTER: a value of /api/state
get() { curl -s --max-time 10 "$station_url/api/state" | jq -r "$1"; }
# The same without the list of pages, which is long.
get_brief() { curl -s --max-time 10 "$station_url/api/state?pages=0" | jq -r "$1"; }
# post PATH JSON: the operator's act; prints the answer
post() { curl -s --max-time 60 -b "$house/jar" -c "$house/jar" -d "$2" "$station_url/api/$1"; }
# title of the problem in an answer
title() { jq -r '.title // ""'; }

log_in_operator() {
    post login "{\"login\":\"scan1\",\"password\":\"$(cat "$house/secrets/scan1")\"}" |
        jq -e .token >/dev/null
}

until_true() { # SECONDS COMMAND...
    left=$(($1 * 10))
    shift
    until "$@"; do
        left=$((left - 1))
        [ $left -gt 0 ] || return 1
        sleep 0.1
    done
}
is_state() { case ",$1," in *",$(get_brief .job.state),"*) return 0 ;; esac; return 1; }
wait_state() { # STATES SECONDS
    until_true "$2" is_state "$1" ||
        { echo "# waited for $1, is $(get '.job | "\(.state) \(.sheets_fed) \(.sentence)"')"; return 1; }
}
fed_at_least() { [ "$(get '.job.sheets_fed // 0')" -ge "$1" ]; }
ready() { [ "$(get .scanner.state)" != absent ]; }
all_read() { [ "$(get '.job.pages_total - .job.pages_read')" = 0 ]; }

# A tray of its own: the first N sheets of the shipped stack, in a folder that may get faults.
fill_tray() { # N
    rm -rf "$house/tray" "$house/feeder"
    mkdir -p "$house/tray"
    for file in "$PWD"/tests/data/stack-1/*.jpg; do ln -s "$file" "$house/tray/"; done
    head -$(($1 + 1)) tests/data/stack-1/sheets.tsv >"$house/tray/sheets.tsv"
}
# The same with the small stack, whose pictures cost next to nothing: N sheets, the five
# shipped ones again and again.
fill_small_tray() { # N
    rm -rf "$house/tray" "$house/feeder"
    mkdir -p "$house/tray"
    cp tests/data/stack-small/*.jpg "$house/tray/"
    awk -F '\t' -v n="$1" 'NR == 1 { print } NR > 1 { f[NR - 2] = $2; b[NR - 2] = $3; c++ }
        END { for (i = 0; i < n; i++) printf "%d\t%s\t%s\n", i + 1, f[i % c], b[i % c] }' \
        tests/data/stack-small/sheets.tsv >"$house/tray/sheets.tsv"
}
trouble() { # KIND SHEET [SIDE PERCENT MS]
    printf 'fault\tsheet\tside\tpercent\tms\n%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "${3:-front}" "${4:-40}" "${5:-0}" \
        >"$house/tray/faults.tsv"
}
no_trouble() { rm -f "$house/tray/faults.tsv"; }

# Everything runs, and scan1 holds $volume.
open_house() {
    make_house
    fill_tray 17
    echo "feed-ms ${FEED_MS:-0}" >>"$house/sane/paper.conf"
    [ -n "${STATION_CONF:-}" ] && echo "$STATION_CONF" >>"$house/stationd.conf"
    ${BEFORE_START:-true}
    start_repod
    start_stationd
    as clerk1 session login clerk1 --url "$repo_url" --password-file "$house/secrets/clerk1" >/dev/null &&
        as keeper1 session login keeper1 --url "$repo_url" --password-file "$house/secrets/keeper1" >/dev/null &&
        as scan1 session login scan1 --url "$repo_url" --password-file "$house/secrets/scan1" >/dev/null &&
        log_in_operator || fail "log-in"
    case_id=$(as clerk1 case add --no '(2026)粤0399民初10027号' --cause 民间借贷纠纷 --plaintiff 甲 --defendant 乙) ||
        fail "case"
    volume=$(hold_volume 1)
}
# hold_volume PART: registered, received, handed to the operator
hold_volume() {
    v=$(as clerk1 volume add "$case_id" --kind 1 --part "$1" --sheets 17) &&
        as keeper1 volume receive "$v" --sheets 17 >/dev/null && hand keeper1 scan1 "$v" && echo "$v" ||
        fail "volume"
}
declare_job() { # VOLUME SHEETS
    post jobs "{\"volume\":\"$1\",\"sheets_declared\":$2}"
}

# --- for tests that do it hundreds of times; one process less for each step counts ------

# The scanned pictures of $job as the spool acknowledged them, in the order of feeding
kept() { cat "$house/spool/$job"/sheets/[0-9][0-9][0-9][0-9].json | jq -r '.images[].sha256'; }
# place: sets $fed, the sheets that the feeder has fed
place() { read -r _ fed _ <"$house/feeder" || fed=0; } 2>/dev/null
# What the operator does with the paper: sheet N and those behind it lie in the feeder.
lay_from() {
    place
    [ "$fed" = $(($1 - 1)) ] || sed -i "s/^fed [0-9]*/fed $(($1 - 1))/" "$house/feeder"
}
scan_role() {
    for pid in $(kids_of "$stationd_pid"); do
        tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q -- '--role scan' && echo "$pid"
    done
}
# look: sets $state and, of the job, $numbers and $next; one process less for each counts
look() {
    IFS=$'\t' read -r state numbers next <<<"$(
        get_brief '.job | [.state, "\(.stop) \(.sheets_fed) \(.images)", .next] | @tsv')"
}
look_until() { # STATES
    for _ in {1..200}; do
        look
        case ",$1," in *",$state,"*) return 0 ;; esac
        sleep 0.05
    done
    echo "# waited for $1, is $state $numbers"
    return 1
}
press() { # PATH: until it is taken; the scan role may be starting again
    for _ in {1..100}; do
        case $(post "$1" '{}') in *'"ok":1'*) return 0 ;; esac
        sleep 0.1
    done
    echo "# nothing happens by $1"
}

# kill -9 of a daemon with all its roles; back when the last of them is gone, since one that
# still dies holds locks
kill_daemon() { # PID
    victims="$1 $(kids_of "$1")"
    # shellcheck disable=SC2086
    kill -9 $victims 2>/dev/null
    wait "$1" 2>/dev/null
    others=''
    for pid in $pids; do [ "$pid" = "$1" ] || others="$others $pid"; done
    pids=$others # its number may be another program's soon
    for victim in $victims; do
        while grep -q '^State:.[^ZX]' "/proc/$victim/status" 2>/dev/null; do sleep 0.02; done
    done
}
kill_station() { kill_daemon "$stationd_pid"; }
kill_repod() { kill_daemon "$repod_pid"; }
