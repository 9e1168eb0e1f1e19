#!/bin/sh
# The bars of the firmware: 32 KB of flash, 10 KB of RAM with 2 KB of stacks, at most 768
# bytes of stack in the deepest call chain.
set -u
cd "$(dirname "$0")/../.."
if ! command -v "${CROSS:-arm-none-eabi-}gcc" >/dev/null; then
    echo "ok - sizes on the boards # SKIP there is no cross compiler"
    exit 0
fi
report=$(firmware/report.sh) || { echo "not ok - the report of the firmware"; exit 1; }
echo "$report" | sed 's/^/# /'
echo "$report" | while read -r board _ flash _ ram _ stack _ handlers; do
    bar() { # WHAT IS MOST
        if [ "$2" -gt 0 ] && [ "$2" -le "$3" ]; then echo "ok - $board: $1 $2 of $3 bytes"; else echo "not ok - $board: $1 $2 of $3 bytes"; fi
    }
    bar flash "$flash" 32768
    bar RAM "$ram" 10240
    bar "deepest stack" "$stack" 768
    bar "stack of the handlers" "$handlers" 512
done
