#!/bin/bash
# How much of the firmware's portable code the tests walk through: app, bootloader and the
# parts of lib/core that run on the controller, measured with gcov over the unit tests and
# the fuzz corpora. Prints one line a file that is below the bars, then the sum; ends with 1
# when the sum is below 95 % of lines or 90 % of branches.
set -u
cd "$(dirname "$0")/../.."
out=${OUT:-out}
work=$PWD/$out/coverage
rm -rf "$work"
mkdir -p "$work"
echo '#define JUANKU_VERSION "0.1.0"' >"$work/version.h"
flags="-std=c11 -O0 -g --coverage -D_GNU_SOURCE -include $work/version.h -I. -Ilib -Itests $(pkg-config --cflags libsystemd jansson libmodbus)"
core='crc16 crc32 ed25519 rack_image rack_map rack_order ring sha512 siphash'
sources="$(ls firmware/app/*.c firmware/boot/*.c) $(for c in $core; do echo "lib/core/$c.c"; done)"
for source in $sources; do
    # shellcheck disable=SC2086
    echo "gcc $flags -c $source -o $work/$(echo "$source" | tr / _).o"
done | xargs -P 2 -I{} sh -c '{}' || exit 1
ar rcs "$work/firmware.a" "$work"/*.o
tests="$(ls tests/unit/firmware_*.c) tests/unit/core_ed25519.c tests/unit/core_rack_image.c tests/unit/core_rack_map.c tests/unit/core_ring.c tests/unit/core_siphash.c"
for test in $tests $(for f in image journal modbus; do echo "tests/fuzz/fuzz_$f.c"; done); do
    replay=''
    case $test in tests/fuzz/*) replay=tests/fuzz/replay.c ;; esac
    case $test in *fuzz_image.c) replay="$replay -Wl,--wrap=ed25519_holds" ;; esac
    echo "gcc -std=gnu11 -O1 -D_GNU_SOURCE -include $work/version.h -I. -Ilib -Itests $test $replay $work/firmware.a $out/drivers.a $out/lib.a -lmodbus -lcrypto -lcmocka --coverage -o $work/$(basename "$test" .c)"
done | xargs -P 2 -I{} sh -c '{}' || exit 1
for test in $tests; do
    ORDERS=20000 FRAMES=20000 CUTS=2000 "$work/$(basename "$test" .c)" >"$work/said" 2>&1 || { echo "# $test fails"; tail -3 "$work/said"; }
done
for f in image journal modbus; do
    "$work/fuzz_$f" "tests/fuzz/corpus/$f" "$out/fuzz-corpus/$f" >/dev/null 2>&1 || "$work/fuzz_$f" "tests/fuzz/corpus/$f" >/dev/null
done
cd "$work" || exit 1
for source in $sources; do
    gcov -b -o . "$(echo "$source" | tr / _).o" -s "$OLDPWD" -r 2>/dev/null |
        awk -v want="$source" -v name="$source" '
            /^File/ { here = index($0, want) > 0 }
            /^Creating|^No executable|^$/ { here = 0 }
            here && /^Lines executed/ { split($0, a, /[:% ]+/); lines = a[3]; count = a[5] }
            here && /^Branches executed/ { split($0, a, /[:% ]+/); branches = a[5] }
            here && /^Taken at least once/ { split($0, a, /[:% ]+/); taken = a[5]; of = a[7] }
            END { printf "%s %.2f %d %.2f %d\n", name, lines, count, taken, of }'
done >figures
awk '{ if ($2 < 95 || ($5 > 0 && $4 < 90)) printf "# %-34s lines %6.2f %% of %4d  branches %6.2f %% of %4d\n", $1, $2, $3, $4, $5
    line += $2 * $3 / 100; lines += $3; taken += $4 * $5 / 100; branches += $5 }
    END { l = 100 * line / lines; b = 100 * taken / branches
        printf "coverage lines %.1f %% of %d branches %.1f %% of %d\n", l, lines, b, branches
        exit !(l >= 95 && b >= 90) }' figures
