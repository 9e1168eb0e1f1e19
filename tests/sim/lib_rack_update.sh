#!/bin/sh
# A new program for racks with `juanku rack sign|update`, on host racks: one that proves
# itself, one that hangs, files that are refused, a line that breaks, and the power cut in
# write after write. CUTS="1 2 3" says in which, CUTS=all in each; tests/unit/firmware_boot.c
# tries them all on a rack without a process.
set -u
cd "$(dirname "$0")/../.."
out=${OUT:-out}
work=$(mktemp -d)
rack=$out/firmware/host/rack
juanku=$out/bin/juanku
key=${FIRMWARE_KEY:-$out/firmware/key}
say() { [ "$1" = 0 ] && echo "ok - $2" || echo "not ok - $2"; }
same() { [ "$1" = "$2" ] && say 0 "$3" || { echo "# want $1, got $2" && say 1 "$3"; }; }
trap 'kill $(cat "$work"/*.pid 2>/dev/null) 2>/dev/null; rm -rf "$work"' EXIT

up() { # NAME OPTIONS...: start that rack and wait for it
    name=$1
    shift
    rm -f "$work/$name"
    "$rack" --pty "$work/$name" --slots 24 --seed 5 "$@" >>"$work/$name.log" 2>&1 &
    echo $! >"$work/$name.pid"
    left=400
    until [ -e "$work/$name" ] || ! kill -0 "$(cat "$work/$name.pid")" 2>/dev/null || [ $left = 0 ]; do sleep 0.05; left=$((left - 1)); done
}
down() { kill -9 "$(cat "$work/$1.pid")"; wait "$(cat "$work/$1.pid")" 2>/dev/null; }
sign() { # BODY TO SECURITY [KEY] [BOARD]
    echo "$1" >"$work/body"
    [ "$1" = long ] && { echo healthy; head -c "${LONG:-3000}" /dev/zero; } >"$work/body"
    "$juanku" rack sign --key-file "${4:-$key}" --board "${5:-0}" --security "$3" --version 2.0.0 --image "$work/body" -o "$2"
}
send() { # NAME IMAGE
    "$juanku" rack update --port "$work/$1" --address 1 --image "$2"
}
ask() { # RACK, what mbpoll shall read: the words, one a line; a busy rack may be late
    for _ in 1 2 3 4 5; do
        words=$(mbpoll -m rtu -a 1 -b 115200 -P even -0 -1 $2 "$work/$1" 2>/dev/null | awk '/^\[/ { sub(/0x/, "", $2); print tolower($2) }')
        [ -n "$words" ] && break
    done
    echo "$words"
}
image() { ask "$1" "-r 4101 -c 4 -t 3:hex" | tr -d '\n'; } # which runs there
next() { ask "$1" "-r 4097 -c 1 -t 3"; } # the chunk that it waits for
id_of() { od -An -tx1 -j96 -N8 "$1" | tr -d ' \n'; }

sign long "$work/good.img" 2
LONG=60000 sign long "$work/big.img" 2
sign hangs "$work/hangs.img" 2
sign healthy "$work/board.img" 2 "$key" 405
"$juanku" rack sign --key-file "$work/other.key" >"$work/other.pub"
same '600 64' "$(stat -c %a "$work/other.key") $(wc -c <"$work/other.key")" "a private key is made for nobody else to read"
sign healthy "$work/foreign.img" 2 "$work/other.key"
sign healthy "$work/old.img" 0
head -c 700 "$work/good.img" >"$work/short.img"
factory=$(id_of "$out/firmware/host/rack.img")

# One rack gets a program that proves itself, over a line that breaks in between.
up good
begun=0
for pause in 0.3 0.3 0.6 1 2; do # on a busy machine a little later
    [ "$begun" = 0 ] || break
    "$juanku" rack update --port "$work/good" --address 1 --image "$work/big.img" >/dev/null 2>&1 &
    broken=$!
    sleep $pause
    kill -9 $broken
    wait $broken 2>/dev/null
    sleep 0.1 # the rest of a frame is forgotten
    begun=$(next good)
done
(
    send good "$work/big.img" >"$work/good.said" 2>&1
    echo $? >"$work/good.end"
) &
good=$!

# Meanwhile another gets one that hangs.
up hangs
same "$factory" "$(image hangs)" "a new rack runs the factory's program"
send hangs "$work/hangs.img" >"$work/said" 2>&1
same 6 $? "a program that hangs is given up"
grep -q '已退回原来的程序' "$work/said"
say $? "as the person at the port is told"
same "$factory" "$(image hangs)" "and the one before runs again"

refused() { # IMAGE CODE WORDS WHAT
    send hangs "$1" >"$work/said" 2>&1
    same "$2" $? "$4 is refused"
    grep -q "$3" "$work/said" || { sed 's/^/# /' "$work/said"; false; }
    say $? "and the sentence says why"
}
refused "$work/board.img" 6 '另一种控制板' "a program for another board"
refused "$work/foreign.img" 6 '不被此货架认可' "one that somebody else has signed"
refused "$work/old.img" 6 '安全版本太低' "one of an older security version"
refused "$work/short.img" 2 '不是货架的程序文件' "half a file"
{ head -c 600 "$work/good.img"; printf 'X'; tail -c +602 "$work/good.img"; } >"$work/turned.img"
refused "$work/turned.img" 6 '已损坏' "one with a changed byte"
same "$factory" "$(image hangs)" "none of them has run"
down hangs

# The power goes in the n-th write of EEPROM or flash. What runs then is whole and one of
# the two; a second try finds its way.
cut() { # N: false when there is no such write any more
    rm -f "$work"/cut*
    up cut --cut "$1"
    [ -e "$work/cut" ] || { # it died in its very first start
        up cut
        same "$factory" "$(image cut)" "cut in write $1: the factory's program runs"
        down cut
        return 0
    }
    "$juanku" rack update --port "$work/cut" --address 1 --image "$work/good.img" >"$work/said" 2>&1 &
    sender=$!
    left=${2:-200}
    while kill -0 "$(cat "$work/cut.pid")" 2>/dev/null && [ $left -gt 0 ]; do sleep 0.05; left=$((left - 1)); done
    kill $sender 2>/dev/null
    wait $sender 2>/dev/null
    [ $left -gt 0 ] || { down cut; return 1; }
    wait "$(cat "$work/cut.pid")" 2>/dev/null
    up cut
    now=$(image cut)
    case $now in
    "$factory" | "$(id_of "$work/good.img")") say 0 "cut in write $1: a whole program runs" ;;
    *) say 1 "cut in write $1: a whole program runs, not '$now'" ;;
    esac
    down cut
    return 0
}
case ${CUTS:-} in
all)
    n=1
    while cut $n 300; do n=$((n + 1)); done
    echo "# $((n - 1)) writes"
    ;;
*) for n in ${CUTS:-2 5 8 40 82 84 87 88 95}; do cut "$n" || say 1 "write $n exists"; done ;;
esac

wait $good
same 0 "$(cat "$work/good.end")" "a program that proves itself is kept"
grep -q '已保留' "$work/good.said" || sed 's/^/# /' "$work/good.said"
same "$(id_of "$work/big.img")" "$(image good)" "and runs"
[ "$begun" -gt 0 ] && [ "$begun" -lt 253 ]
say $? "though the line broke behind chunk $begun of 253"
down good
up good
same "$(id_of "$work/big.img")" "$(image good)" "after the next start as well"
sign healthy "$work/back.img" 1
send good "$work/back.img" >"$work/said" 2>&1
same 6 $? "and what is older than it is refused now"

# Everything that is not too old is spoilt: the bootloader waits for a program.
down good
for area in 0 65536 131072; do
    printf XXXX | dd of="$work/good.state.flash" bs=1 seek=$area conv=notrunc 2>/dev/null
done
up good
"$juanku" rack scan --port "$work/good" --last 1 >"$work/said" 2>&1
grep -q 'juanku boot' "$work/said" || sed 's/^/# /' "$work/said"
same 1 "$(grep -c 'juanku boot' "$work/said")" "with no program that is fit a rack waits in its bootloader"
for _ in 1 2 3 4 5; do # a busy machine goes on where it was
    timeout 6 "$juanku" rack update --port "$work/good" --address 1 --image "$work/big.img" >/dev/null 2>&1
    [ "$(image good)" = "$(id_of "$work/big.img")" ] && break
done
same "$(id_of "$work/big.img")" "$(image good)" "and takes one there"
exit 0
