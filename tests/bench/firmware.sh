#!/bin/sh
# The rack's firmware beside its peers: flash, RAM, stack, and instructions per request
# (5 plain registers, the first 5 of the status, the poll of
# 16, 96 registers read, 96 written). Needs the cross compiler and
# QEMU; says so when they are missing.
set -eu
cd "$(dirname "$0")/../.."
out=${OUT:-out}
cross=${CROSS:-arm-none-eabi-}
command -v "${cross}gcc" >/dev/null && command -v qemu-system-arm >/dev/null || { echo "firmware: no cross compiler or no QEMU"; exit 3; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
objects=$(find "$out/arm/firmware/app" "$out/arm/firmware/port/arm" "$out/arm/firmware/port/mps2-an386" "$out/arm/lib" -name '*.o' ! -name main.o ! -name crash.o)
# It starts by itself, like a bootloader. RAM of the measure comes on top: it has a rack of
# its own.
sed 's/LENGTH = 16K/LENGTH = 64K/; s/0x200027E0/0x20010000/; s/LENGTH = 10K - 32/LENGTH = 64K/' firmware/port/mps2-an386/boot.ld >"$work/port.ld"
# shellcheck disable=SC2086
"${cross}gcc" -mcpu=cortex-m4 -mthumb -Os -std=c11 -ffreestanding -fshort-enums -isystem firmware/port/arm/include -I. -Ilib \
    -nostdlib -Wl,--gc-sections -T "$work/port.ld" tests/bench/firmware_count.c $objects -lgcc -o "$work/count.elf"
timeout 60 qemu-system-arm -M mps2-an386 -icount shift=0 -kernel "$work/count.elf" -display none -monitor none -serial "file:$work/said" &
qemu=$!
tries=0
until grep -q '^end' "$work/said" 2>/dev/null || [ $tries -gt 300 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
kill $qemu 2>/dev/null || true
firmware/report.sh
awk '$1 != "end" { print "instructions", $1, "handler", $2, "with framing", $3 }' "$work/said"
echo "peers, measured once in the same way (flash, RAM; handler r5 r96 w96):"
echo "nanoMODBUS 035b8d5, server  flash 5242  ram 1020  1840 14120 15800"
echo "FreeMODBUS ec8674c, RTU     flash 2794  ram  479  1520 11080 11880"
grep -q '^end' "$work/said"
