#!/bin/sh
# Setting up racks with `juanku rack`, on host racks: who is there, an address, a size, a
# lock's key and wiring, and slot after slot with hands that the control socket moves.
set -u
cd "$(dirname "$0")/../.."
out=${OUT:-out}
work=$(mktemp -d)
rack=$out/firmware/host/rack
juanku=$out/bin/juanku
say() { [ "$1" = 0 ] && echo "ok - $2" || echo "not ok - $2"; }
same() { [ "$1" = "$2" ] && say 0 "$3" || { echo "# want $1, got $2" && say 1 "$3"; }; }
"$rack" --pty "$work/rack" --slots 24 --lock --control "$work/ctl" --seed 5 >"$work/log" 2>&1 &
pid=$!
trap 'kill $pid 2>/dev/null; rm -rf "$work"' EXIT
left=50
until [ -e "$work/rack" ] || [ $left = 0 ]; do sleep 0.1; left=$((left - 1)); done
tell() { "$rack" --tell "$work/ctl" "$*"; }
go() { "$juanku" rack "$@" --port "$work/rack"; }

go scan --last 3 --json >"$work/found" 2>"$work/err"
same '[1,24,true,true]' "$(jq -c '[.address,.slots,.lock,.fresh]' "$work/found")" "a rack that was never set up is found at address 1"
uid=$(jq -r .uid "$work/found")
same 24 ${#uid} "with its unique id"

go claim --uid "$uid" --address 7 --slots 20 >"$work/said" 2>&1
same 0 $? "it takes the address and the size that it is given"
same '[7,20,false]' "$(go scan --first 7 --last 7 --json | jq -c '[.address,.slots,.fresh]')" "and answers there"
go scan --last 3 >"$work/said" 2>&1
same 7 $? "nobody answers at its old address any more"
kill -9 $pid
wait $pid 2>/dev/null
"$rack" --pty "$work/rack" --lock --control "$work/ctl" --seed 6 >"$work/log" 2>&1 &
pid=$!
sleep 0.5
same '[7,20]' "$(go scan --first 7 --last 7 --json | jq -c '[.address,.slots]')" "which a power cut does not change"
go claim --uid 000000000000000000000001 --address 9 >"$work/said" 2>&1
same 7 $? "an id that nobody has is told"
go claim --uid 000000000000000000000001 --address 7 >"$work/said" 2>&1
same 6 $? "an address that another rack has is refused"
grep -q "已被编号 $uid" "$work/said"
say $? "with the id of that one"
go claim --uid 12 --address 9 >"$work/said" 2>&1
same 2 $? "half an id is refused"

go learn --address 7 --key-file "$work/key" >"$work/said" 2>&1 || sed 's/^/# /' "$work/said"
grep -q '锁已学会' "$work/said"
say $? "the lock's key is set and its wiring learnt"
same '600 32' "$(stat -c %a "$work/key") $(wc -c <"$work/key")" "the key is for nobody else to read"
go learn --address 7 --key-file "$work/key" >"$work/said" 2>&1
same 0 $? "learning again with the same key is fine"
go learn --address 7 --key-file "$work/other" >"$work/said" 2>&1
same 6 $? "with another key it is refused"

go test --address 7 --first 3 --last 4 --seconds 6 >"$work/said" 2>&1 &
test=$!
for slot in 3 4; do
    left=60
    until tell leds | grep -q "^$slot green" || [ $left = 0 ]; do sleep 0.1; left=$((left - 1)); done
    tell place $slot >/dev/null
    left=60
    until tell leds | grep -q "^$slot amber" || [ $left = 0 ]; do sleep 0.1; left=$((left - 1)); done
    tell remove $slot >/dev/null
done
wait $test
same 0 $? "slot after slot is lit, filled and emptied"
same '2 格，0 格有问题。' "$(tail -1 "$work/said")" "and none has failed"
tell place 5 >/dev/null
sleep 0.3 # until the switch has settled
go test --address 7 --first 5 --last 6 --seconds 2 >"$work/said" 2>&1
same 6 $? "a slot that is full before, and one that never feels a hand"
grep -q '卡住' "$work/said" && grep -q '没有感到放入' "$work/said"
say $? "are named with what is wrong"
"$juanku" rack scan --port "$work/nothing" >"$work/said" 2>&1
same 7 $? "a port that is not there is told"
exit 0
