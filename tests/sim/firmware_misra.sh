#!/bin/sh
# No departure from MISRA C:2012 that firmware/misra.txt does not give a reason for, and no
# reason without a departure.
set -u
cd "$(dirname "$0")/../.."
if ! command -v cppcheck >/dev/null; then
    echo "ok - MISRA # SKIP there is no cppcheck"
    exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cppcheck --addon=misra --std=c11 -q --enable=style --suppress=missingInclude -Ifirmware/port/arm/include -I. -Ilib \
    -DJUANKU_VERSION='"0"' -D__GNUC__ firmware/app firmware/boot firmware/port/arm firmware/port/mps2-an386 firmware/port/stm32f405 \
    lib/core/crc16.c lib/core/crc32.c lib/core/ed25519.c lib/core/rack_image.c lib/core/rack_map.c lib/core/rack_order.c lib/core/ring.c lib/core/sha512.c lib/core/siphash.c \
    >"$work/out" 2>"$work/said" || { tail -3 "$work/said"; echo "not ok - cppcheck runs"; exit 1; }
grep -o 'misra-c2012-[0-9.]*' "$work/said" | sed 's/misra-c2012-//' | sort -u >"$work/found"
sed -n 's/^\([0-9]*\.[0-9]*\) .*/\1/p' firmware/misra.txt | sort -u >"$work/listed"
[ -s "$work/found" ] || { echo "not ok - the addon has looked"; exit 1; }
new=$(comm -23 "$work/found" "$work/listed")
old=$(comm -13 "$work/found" "$work/listed")
for rule in $new; do grep "misra-c2012-$rule\]" "$work/said" | head -3 | sed 's/^/# /'; done
[ -z "$new" ] && echo "ok - no rule but those in firmware/misra.txt is departed from" || echo "not ok - departed from:" $new
[ -z "$old" ] && echo "ok - and each of those is" || echo "not ok - listed without need:" $old
