#!/bin/sh
# Run the tests and count: `tests/run.sh [house unit contract fuzz golden sim crash web]`,
# all when none is named. Every test prints TAP lines; a program that ends badly without
# one is one failure. The last line is "N passed, N failed".
set -u
cd "$(dirname "$0")/.."
out=${OUT:-out}
lane='' # a part of the run that another one started and will count
[ "${1:-}" = --lane ] && lane=yes && shift && ip link set lo up 2>/dev/null
kinds=${*:-house unit contract fuzz golden crash sim web}
logs=$out/test-logs
mkdir -p "$logs"
passed=0
failed=0

run() { # name, command...: into its log, with status and seconds behind it
    log=$logs/$(echo "$1" | tr / _).log
    shift
    start=$(date +%s)
    timeout 1200 "$@" >"$log" 2>&1
    echo "$? $(($(date +%s) - start))" >"$log.end"
}

count() { # name: what its log says
    log=$logs/$(echo "$1" | tr / _).log
    [ -e "$log.end" ] || { echo "not ok - was never run" >"$log" && echo "1 0" >"$log.end"; }
    read -r status seconds <"$log.end"
    good=$(grep -c '^ok' "$log")
    bad=$(grep -c '^not ok' "$log")
    [ "$status" != 0 ] && [ "$bad" = 0 ] && bad=1
    [ "$good$bad" = 00 ] && bad=1
    passed=$((passed + good))
    failed=$((failed + bad))
    printf '%-34s %4d passed  %3d failed  %4d s\n' "$1" "$good" "$bad" "$seconds"
    if [ "$bad" != 0 ]; then
        grep '^not ok' "$log" | head -20
        echo "  (status $status; the end of $log:)"
        tail -15 "$log" | sed 's/^/  | /'
    fi
}

# The compilers' run is long and minds no neighbour: it goes on beside the tests that do
# not mind one either, and is waited for before those that play whole days.
beside=''
one() { # name, command...
    if [ "$1" = house/compilers ]; then
        beside=$1
        run "$@" &
        return
    fi
    [ "$kind" = "$started" ] || run "$@"
    [ -n "$lane" ] || count "$1"
}

# The days that are simulated mostly wait, those of the pages too: they run side by side,
# on a network of their own where that can be had, else apart by their ports.
started=''
start_pages() {
    case " $kinds " in *' sim '*) ;; *) return 0 ;; esac
    case " $kinds " in *' web '*) ;; *) return 0 ;; esac
    apart=''
    rm -f "$logs"/web_*
    [ "$(id -u)" = 0 ] && unshare -n true 2>/dev/null && apart='unshare -n'
    $apart sh tests/run.sh --lane web &
    started=web
}
join_beside() {
    [ -n "$beside" ] || return 0
    wait
    count "$beside"
    beside=''
}

for kind in $kinds; do
    case $kind in crash | sim | web) join_beside ;; esac
    [ "$kind" = sim ] && start_pages
    [ "$kind" = "$started" ] && wait
    if [ "$kind" = fuzz ]; then
        for source in tests/fuzz/fuzz_*.c; do
            target=$(basename "$source" .c)
            target=${target#fuzz_}
            one "fuzz/$target" "$out/tests/replay/$target" "tests/fuzz/corpus/$target"
        done
        continue
    fi
    for source in tests/"$kind"/*.c tests/"$kind"/*.sh; do
        [ -e "$source" ] || continue
        name=$(basename "$source")
        case $source in
        */lib_*.sh) ;; # parts of other scripts
        *.c) one "$kind/${name%.c}" "$out/tests/$kind/${name%.c}" ;;
        *.sh) one "$kind/${name%.sh}" sh "$source" ;;
        esac
    done
done
[ -n "$lane" ] && exit 0
join_beside
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
