#!/bin/sh
# A reader that plays keyboard, as the kernel shows it: a device played by umockdev from a
# description (tests/data/readers), its key presses made here. First alone, then on a
# station, whose page must hear it and nobody else.
set -u
cd "$(dirname "$0")/../.."
out=${OUT:-out}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
say() { [ "$1" = 0 ] && echo "ok - $2" || echo "not ok - $2"; }
device=/dev/input/event7

# typed DELAY CODE...: the key presses of codes, each ended by Enter; "CODE-" has no end.
# A second passes between codes unless the code begins with "=".
typed() {
    awk -v at="$1" 'BEGIN {
        n = split("1 2 3 4 5 6 7 8 9 0", digit); for (i = 1; i <= n; i++) key[digit[i]] = i + 1
        split("q w e r t y u i o p", row, " "); for (i = 1; i <= 10; i++) key[row[i]] = i + 15
        split("a s d f g h j k l", row2, " "); for (i = 1; i <= 9; i++) key[row2[i]] = i + 29
        split("z x c v b n m", row3, " "); for (i = 1; i <= 7; i++) key[row3[i]] = i + 43
        print "E: 0.000001 0000 0000 0" # delays count from the first event
        for (a = 2; a < ARGC; a++) {
            code = ARGV[a]; gap = 1.2
            if (sub(/^=/, "", code)) gap = 0.2
            ends = !sub(/-$/, "", code)
            for (i = 1; i <= length(code); i++) press(substr(code, i, 1))
            if (ends) tap(28)
            at += gap
        }
    }
    function event(type, code, value) { printf "E: %.6f %04x %04x %d\n", at, type, code, value }
    function tap(code) { event(1, code, 1); event(0, 0, 0); at += 0.002; event(1, code, 0); event(0, 0, 0); at += 0.002 }
    function press(c, small) {
        small = tolower(c)
        if (c != small) { event(1, 42, 1); event(0, 0, 0) }
        tap(key[small])
        if (c != small) { event(1, 42, 0); event(0, 0, 0) }
    }' "$@"
}
mocked() { # EVENTS COMMAND...
    events=$1
    shift
    umockdev-run -d tests/data/readers/keys.umockdev -i $device=tests/data/readers/keys.ioctl -e $device="$events" -- "$@"
}

# The same label twice at once, one with a wrong digit, half a label, a whole one.
typed 0.2 =T10671 T10671 T10672 V4403- V44039920260301010027100159 >"$work/events"
mocked "$work/events" "$out/bin/juanku" reader keys $device --seconds 6 --json >"$work/heard" 2>"$work/err"
cat >"$work/want" <<'WANT'
{"text":"T10671","aim":"","verdict":"label"}
{"text":"T10672","aim":"","verdict":"wrong"}
{"text":"V44039920260301010027100159","aim":"","verdict":"label"}
{"labels":2,"foreign":0,"twice":1,"wrong":1,"lost":1,"gone":0}
WANT
cmp -s "$work/want" "$work/heard"
say $? "a keyboard reader is heard: right, twice, wrong, torn"
grep -q 已接上 "$work/err"
say $? "and it is said that it is there"
UMOCKDEV_DEBUG=all mocked "$work/events" "$out/bin/juanku" reader keys $device --seconds 1 2>&1 | grep -q 'request 40044590: emulated, result 0'
say $? "it is grabbed, so that no keystroke reaches anything else"

# On a station.
port=$((18000 + $$ % 1000))
mkdir "$work/spool" "$work/sane"
cat >"$work/stationd.conf" <<CONF
spool.dir = $work/spool
repo.url = http://127.0.0.1:9
http.listen = 127.0.0.1:$port
ocr.workers = 1
ocr.model = none
readers = 左手枪:keys:$device; 右手枪:serial:$work/nothing
CONF
typed 2 T10671 T10672 >"$work/events"
export SANE_CONFIG_DIR="$work/sane"
mocked "$work/events" "$out/bin/juanku-stationd" --config "$work/stationd.conf" >"$work/log" 2>&1 &
pid=$!
left=50
until curl -sf "http://127.0.0.1:$port/api/state" >"$work/state" 2>/dev/null || [ $left = 0 ]; do
    left=$((left - 1))
    sleep 0.1
done
jq -e '[.readers[] | "\(.name) \(.there)"] == ["左手枪 true", "右手枪 false"] and (.readers[1].sentence | contains("没有插上"))' "$work/state" >/dev/null
say $? "the station says which readers are there and why one is not"
timeout 5 curl -sN "http://127.0.0.1:$port/api/stream" >"$work/stream"
grep -A1 '^event: read' "$work/stream" | sed -n 's/^data: //p' | jq -c '[.read, .reader, .text, .kind]' >"$work/heard"
printf '%s\n' '[1,"左手枪","T10671","T"]' '[2,"左手枪","T10672","bad"]' >"$work/want"
cmp -s "$work/want" "$work/heard" || sed 's/^/# /' "$work/heard" "$work/log"
cmp -s "$work/want" "$work/heard"
say $? "the page hears each read once, with its number"
pkill -P $pid 2>/dev/null
kill $pid 2>/dev/null
wait $pid 2>/dev/null
exit 0
