#!/bin/bash
# 8. The rack against its goals (docs/rack.md): sizes, stacks and instructions beside free
# peers, the pace of the bus, and how much of the code the tests walk through.
set -u
cd "$(dirname "$0")/../.."
. tests/bench/lib_bench.sh

echo "8. racks"
make --no-print-directory "$out/tests/sim/rack_pace" "$out/tests/sim/rack_noise" >/dev/null || exit 1
bash tests/bench/firmware.sh >"$work/sizes" 2>/dev/null || echo "# no cross compiler or no QEMU: sizes are not measured"
for board in mps2-an386 stm32f405; do
    read -r _ _ flash _ ram _ stack _ handlers _ boot _ bootstack <<<"$(grep "^$board" "$work/sizes")"
    figure 8 "$board: flash of the program" "${flash:-}" bytes "<= 32768"
    figure 8 "$board: flash of the bootloader" "${boot:-}" bytes "<= 16384"
    figure 8 "$board: RAM with stacks and 256 events" "${ram:-}" bytes "<= 10240"
    figure 8 "$board: deepest stack of the main loop" "${stack:-}" bytes "<= 768"
    figure 8 "$board: of the bootloader" "${bootstack:-}" bytes "<= 768"
    figure 8 "$board: of the handlers" "${handlers:-}" bytes "<= 512"
done
for row in "r5 1840 1520 600" "r96 14120 11080 4600" "w96 15800 11880 5000"; do
    read -r name nano free most <<<"$row"
    figure 8 "nanoMODBUS 035b8d5: instructions of $name" "$nano" instructions
    figure 8 "FreeMODBUS ec8674c: instructions of $name" "$free" instructions
    figure 8 "juanku: instructions of $name" "$(awk -v n="$name" '$1 == "instructions" && $2 == n { print $4 }' "$work/sizes")" instructions "<= $most"
done
figure 8 "nanoMODBUS 035b8d5: flash, server with all functions" 5242 bytes
figure 8 "FreeMODBUS ec8674c: flash" 2794 bytes

"$out/tests/sim/rack_pace" >"$work/pace"
pick() { sed -n "s/^.*ok [0-9]* - $1.*/\1/p" "$work/pace" | head -1; }
figure 8 "poll of 16 racks at 115200 bit/s" "$(pick 'a poll of 16 racks takes \([0-9]*\) ms')" ms "<= 140"
figure 8 "poll of 32 racks" "$(pick 'a poll of 32 racks takes \([0-9]*\) ms')" ms "<= 280"
figure 8 "of what the wire can do" "$(pick '\([0-9]*\) % of what the wire')" % ">= 90"
figure 8 "16 racks: hand to host, 99 %" "$(pick '16 racks, from a hand.*99 % in \([0-9]*\) ')" ms "<= 200"
figure 8 "16 racks: hand to host, the last" "$(pick '16 racks, from a hand.*the last \([0-9]*\) ')" ms "<= 350"
figure 8 "32 racks: hand to host, 99 %" "$(pick '32 racks, from a hand.*99 % in \([0-9]*\) ')" ms "<= 350"
figure 8 "32 racks: hand to host, the last" "$(pick '32 racks, from a hand.*the last \([0-9]*\) ')" ms "<= 600"
figure 8 "idle bus: order to lamp, 99 %" "$(pick '1 rack, from an order.*99 % in \([0-9]*\) ')" ms "<= 30"
figure 8 "16 racks: order to lamp, 99 %" "$(pick '16 racks, from an order.*99 % in \([0-9]*\) ')" ms "<= 160"
figure 8 "an update of 64 KB" "$(pick 'in \([0-9]*\) ms, erasing')" ms "<= 15000"

TURNS=200000 EVENTS=1 "$out/tests/sim/rack_noise" >"$work/noise"
figure 8 "answered at a bit error rate of 1e-4, two more tries" \
    "$(sed -n 's/^.*turns of the driver.*two more tries (\([0-9.]*\) % answered).*/\1/p' "$work/noise")" % ">= 99.99"
bash tests/bench/coverage.sh >"$work/coverage" || grep '^#' "$work/coverage"
figure 8 "lines of portable code that tests walk through" "$(awk '/^coverage/ { print $3 }' "$work/coverage")" % ">= 95"
figure 8 "branches" "$(awk '/^coverage/ { print $8 }' "$work/coverage")" % ">= 90"
