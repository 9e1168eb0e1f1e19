#!/bin/sh
# Scanners behind a network: the driver through SANE's `net` backend and a real saned on
# loopback, in a network of its own (the port of saned cannot be chosen by its clients).
# First the matrix of the `test` backend, then our paper feeder: the scanner's own JPEG
# must come through unchanged, faults and sensors too, and a server that dies is a fault
# with a sentence, never a picture.
set -u
cd "$(dirname "$0")/../.."
out=${OUT:-out}
if [ "${NET_OF_ITS_OWN:-}" != 1 ]; then
    export NET_OF_ITS_OWN=1
    user=''
    [ "$(id -u)" = 0 ] || user=-r
    # shellcheck disable=SC2086
    unshare -n $user true 2>/dev/null && exec unshare -n $user sh "$0"
    echo "# no network of our own here: using the machine's loopback"
fi
[ "$(id -u)" = 0 ] && ip link set lo up 2>/dev/null
work=$(mktemp -d)
trap 'kill "$saned" 2>/dev/null; rm -rf "$work"' EXIT
say() { # STATUS TEXT
    if [ "$1" = 0 ]; then echo "ok - $2"; else echo "not ok - $2"; fi
}
same() { # WANT GOT TEXT
    [ "$1" = "$2" ] && say 0 "$3 ($2)" || { echo "# want $1, got $2" && say 1 "$3"; }
}
# shellcheck disable=SC2317
cleanly() { kill "$saned" 2>/dev/null; wait "$saned" 2>/dev/null; }

# The server's settings and the client's.
mkdir "$work/tray" "$work/client"
cp tests/data/stack-small/*.jpg tests/data/stack-small/sheets.tsv "$work/tray/"
eval "$(OUT=$out tools/sane-env.sh "$work/tray" "$work/server" name tray state "$work/fed" serial N0042)"
printf 'test\npaper\n' >"$work/server/dll.conf"
: >"$work/server/test.conf"
printf '127.0.0.1\nlocalhost\n' >"$work/server/saned.conf"
echo net >"$work/client/dll.conf"
printf 'connect_timeout = 5\n127.0.0.1\n' >"$work/client/net.conf"
# As in scanner_matrix.c: the threads of the test backend end at system calls only.
echo 'int pthread_setcanceltype(int type, int *old) { (void)type; if (old) *old = 0; return 0; }' |
    ${CC:-cc} -shared -fPIC -x c - -o "$work/patient.so"
saned_program=$(command -v saned || echo /usr/sbin/saned)
open_saned() {
    SANE_CONFIG_DIR=$work/server LD_LIBRARY_PATH=$PWD/$out/sane LD_PRELOAD=$work/patient.so \
        "$saned_program" -l -b 127.0.0.1 -e -d 0 2>>"$work/saned.log" &
    saned=$!
    for _ in $(seq 100); do
        SANE_CONFIG_DIR=$work/client scanimage -f '%d%n' 2>/dev/null | grep -q test:0 && return
        sleep 0.05
    done
    echo "# saned does not answer: $(cat "$work/saned.log")"
}
open_saned

SANE_CONFIG_DIR=$work/client MATRIX_DEVICE=net:127.0.0.1:test:0 timeout 200 "$out/tests/sim/scanner_matrix" >"$work/matrix" 2>&1
# (Statuses on request end saned's connection; the feeder's faults below come through.)
sed -n -e '/every_status/d' -e 's/^ok [0-9]* - /ok - through saned: /p' -e 's/^not ok [0-9]* - /not ok - through saned: /p' "$work/matrix"
grep -q '^not ok' && sed 's/^/# /' "$work/matrix"

unset LD_LIBRARY_PATH
export SANE_CONFIG_DIR=$work/client TMPDIR=$work
device=net:127.0.0.1:paper:tray
scan() { # OUT WORDS...
    file=$1
    shift
    "$out/bin/juanku" scan --device "$device" --duplex --dpi 75 --no-ocr "$@" -o "$file" >"$work/said" 2>&1
}
"$out/bin/juanku" devices >"$work/list" 2>&1
same 1 "$(grep -c "^$device	" "$work/list")" "the feeder is listed through the network"
"$out/bin/juanku" devices --json 2>"$work/said" >"$work/json"
same 'N0042 ADF Duplex,ADF Front,Flatbed 1' "$(jq -r ".[] | select(.name == \"$device\") | \"\(.serial) \(.sources | sort | join(\",\")) \(.sensors.page_loaded)\"" "$work/json")" \
    "its serial number, sources and sensors too"
scan "$work/far.pdf"
same 0 $? "a stack is scanned through the network"
rm -f "$work/fed"
SANE_CONFIG_DIR=$work/server
device=paper:tray scan "$work/near.pdf"
device=net:127.0.0.1:paper:tray
# A PDF says when its newest picture was taken, so the pictures are compared.
pictures_of() { rm -rf "$work/shown" && mkdir "$work/shown" && pdfimages -all "$1" "$work/shown/p" && (cd "$work/shown" && sha256sum p*); }
near=$(pictures_of "$work/near.pdf")
[ -n "$near" ] && [ "$near" = "$(pictures_of "$work/far.pdf")" ]
say $? "and gives the very bytes of the same stack on this machine"
export SANE_CONFIG_DIR=$work/client

fault() { # KIND SHEET SIDE WORDS-OF-THE-SENTENCE PICTURES
    rm -f "$work/fed"
    printf 'fault\tsheet\tside\tpercent\n%s\t%s\t%s\t40\n' "$1" "$2" "$3" >"$work/tray/faults.tsv"
    scan "$work/no.pdf" && say 1 "$1: nobody noticed" && return
    rm -f "$work/tray/faults.tsv"
    grep -q "$4" "$work/said"
    say $? "through the network $1 at sheet $2 $3 is told: $4"
    pictures=$(sed -n 's/^已扫描 \([0-9]*\) 面$/\1/p' "$work/said")
    same "$5" "${pictures:-0}" "and the pictures before it are kept"
}
fault jam 2 front 卡纸 2
fault double-feed 3 back 两张纸 5
fault cover-open 1 front 盖子 0
fault io-error 2 back 出错 3

# The server dies in the middle of a sheet.
rm -rf "$work"/juanku-scan-*
rm -f "$work/fed"
printf 'fault\tsheet\tside\tpercent\tms\nslow-feed\t3\tfront\t0\t4000\n' >"$work/tray/faults.tsv"
scan "$work/no.pdf" &
scan_pid=$!
for _ in $(seq 200); do
    find "$work"/juanku-scan-*/ -name '00004.jpg' 2>/dev/null | grep -q . && break
    sleep 0.05
done
kids=$(ps -o pid= --ppid "$saned")
# shellcheck disable=SC2086
kill -9 $saned $kids
wait "$scan_pid"
[ $? != 0 ] && grep -q '扫描仪' "$work/said"
say $? "a server that dies is a fault with a sentence"
same "已扫描 4 面" "$(grep -m1 '^已扫描 4 面' "$work/said")" "and no picture more than came"
rm -f "$work/tray/faults.tsv"
open_saned
rm -f "$work/fed"
scan "$work/again.pdf" && [ -n "$near" ] && [ "$near" = "$(pictures_of "$work/again.pdf")" ]
say $? "when the server is back the whole stack is scanned"
cleanly
exit 0
