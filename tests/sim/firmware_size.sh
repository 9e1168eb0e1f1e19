#!/bin/sh
# The bars of the firmware: 32 KB of flash and 16 KB for the
# bootloader, 10 KB of RAM with 2 KB of stacks, at most 768
# bytes of stack in the deepest call chain; and instructions of the request handler, a third
# of what the best free peer takes.
set -u
cd "$(dirname "$0")/../.."
if ! command -v "${CROSS:-arm-none-eabi-}gcc" >/dev/null; then
    echo "ok - sizes on the boards # SKIP there is no cross compiler"
    exit 0
fi
report=$(firmware/report.sh) || { echo "not ok - the report of the firmware"; exit 1; }
echo "$report" | sed 's/^/# /'
echo "$report" | while read -r board _ flash _ ram _ stack _ handlers _ boot _ bootstack; do
    bar() { # WHAT IS MOST
        if [ "$2" -gt 0 ] && [ "$2" -le "$3" ]; then echo "ok - $board: $1 $2 of $3 bytes"; else echo "not ok - $board: $1 $2 of $3 bytes"; fi
    }
    bar flash "$flash" 32768
    bar RAM "$ram" 10240
    bar "deepest stack" "$stack" 768
    bar "stack of the handlers" "$handlers" 512
    bar bootloader "$boot" 16384
    bar "its deepest stack" "$bootstack" 768
done

if ! command -v qemu-system-arm >/dev/null; then
    echo "ok - instructions of the handler # SKIP there is no QEMU"
    exit 0
fi
sh tests/bench/firmware.sh 2>/dev/null | awk '
    BEGIN { most["r5"] = 600; most["r96"] = 4600; most["w96"] = 5000 }
    $1 == "instructions" && $2 in most {
        seen += $4 + 0 != 0
        printf "%s - %s takes %d of %d instructions\n", ($4 + 0 <= most[$2] ? "ok" : "not ok"), $2, $4, most[$2]
    }
    END { if (seen != 3) print "not ok - the handler was measured" }'
