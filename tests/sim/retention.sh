#!/bin/sh
# What need not be kept any more, from the shell against a real daemon: proposed, approved
# by another person, killed while files go, finished by the next start; the list printed,
# the paper destroyed before a witness, a backup that forgets it.
set -u
cd "$(dirname "$0")/../.."
name=retention
. tests/sim/lib_custody.sh

PURGE_HOUSE=$work/repo "$out/tests/sim/purge_house" >"$work/made" || cat "$work/made"
{ read -r one; read -r other; read -r inner; read -r forever; read -r big; } <"$work/repo/labels"
for who in archivist supervisor keeper auditor admin; do
    "$juanku" repo user list "$work/repo" | awk -v who=$who '$0 ~ who { print $1; exit }' >"$work/badge.$who"
done
start() {
    printf 'repo.dir = %s/repo\narchive.dir = %s/repo\nhttp.listen = 127.0.0.1:%s\n' "$work" "$work" "$port" >"$work/repod.conf"
    "$out/bin/juanku-repod" --config "$work/repod.conf" 2>>"$work/log" &
    daemon=$!
    trap 'kill $daemon 2>/dev/null' EXIT
    tries=0
    until curl -s "$base/readyz" | grep -q ready; do
        tries=$((tries + 1))
        [ $tries -lt 200 ] || { echo "not ok - the daemon comes up"; cat "$work/log"; exit 1; }
        sleep 0.05
    done
}
log_in() {
    for who in "$@"; do
        echo password >"$work/password"
        as "$who" session login "$who" --url "$base" --password-file "$work/password" >/dev/null || echo "not ok - $who logs in"
    done
}
files() { find "$work/repo/blobs" -type f ! -name '*.keep' | wc -l; }
done_waits() { # number
    tries=0
    until [ "$(as auditor retention show "$1" --json | jq -r .state)" = done ] || [ $tries -gt 200 ]; do
        tries=$((tries + 1))
        sleep 0.05
    done
}
start
log_in archivist supervisor keeper auditor admin
"$juanku" repo backup "$work/repo" "$work/backup" >/dev/null 2>&1

say "four terms are over" 4 "$(as archivist retention terms --json | jq '.volumes | length')"
code "what is kept for ever is not proposed" 6 "保管期限还没有满" archivist retention propose --reason 期满 "$forever"
code "the keeper proposes nothing" 5 "档案员" keeper retention propose --reason 期满 "$one"
code "a reason is wanted" 2 "请写明原因" archivist retention propose --reason '' "$one"
purge=$(as archivist retention propose --reason 鉴定无保存价值 "$one" --json | jq -r .purge)
say "a page that another volume shares is not counted" "2 1" "$(as auditor retention show "$purge" --json | jq -r '"\(.files) \(.shared)"')"
code "who proposed does not approve" 5 "主管" archivist retention approve "$purge" --version 1 --reason 同意
code "nobody approves what he did not see" 6 "请刷新" supervisor retention approve "$purge" --version 2 --reason 同意
hold=$(as supervisor retention hold --reason 另案保全 "$one" --json | jq -r .seq)
code "what is on hold is not approved" 6 "又有办理" supervisor retention approve "$purge" --version 1 --reason 同意
as supervisor retention refuse "$purge" --version 1 --reason 保全中 >/dev/null
code "nor proposed" 6 "有保全" archivist retention propose --reason 期满 "$one"
as supervisor retention lift "$hold" --reason 另案已结 "$one" >/dev/null
# What a browser has of a page is asked for each time it is shown.
token=$(curl -s -d '{"login":"keeper","password":"password"}' "$base/v1/session" | jq -r .token)
gone=$(printf 甲一 | sha256sum | cut -d' ' -f1)
kept() { curl -s -D "$work/head" -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $token" -H "If-None-Match: \"$gone\"" "$base/v1/blobs/$gone"; }
say "a page that a browser has is not sent twice" 304 "$(kept)"
curl -s -D "$work/head" -o /dev/null -H "Authorization: Bearer $token" "$base/v1/blobs/$gone"
has "but is asked for before it is shown" "no-cache" "$(grep -i '^cache-control' "$work/head")"
purge=$(as archivist retention propose --reason 鉴定无保存价值 "$one" "$inner" --json | jq -r .purge)
before=$(files)
code "another person approves" 0 approved supervisor retention approve "$purge" --version 1 --reason 同意
done_waits "$purge"
say "three files are gone; the list has come" $((before - 3 + 1)) "$(files)"
say "and the package with them" "" "$(ls -d "$work/repo/$one" "$work/repo/$inner" 2>/dev/null)"
"$juanku" archive --verify "$work/repo/ocfl" >/dev/null
say "the archive is valid" 0 $?
curl -s -D "$work/head" -o /dev/null -H "Authorization: Bearer $(jq -r .token "$work/session.auditor")" "$base/v1/purges/$purge/slip"
has "what has no name of its own is kept by no browser" "no-store" "$(grep -i '^cache-control' "$work/head")"
as auditor retention slip "$purge" --output "$work/list.pdf"
say "the list is printed" "%PDF" "$(head -c 4 "$work/list.pdf")"
cp "$work/list.pdf" "${SLIPS:-$work}/purge-list.pdf" 2>/dev/null
say "a page that was destroyed is 410, also for a browser that has it" 410 "$(kept)"
say "a page that was destroyed is 410" 410 "$(curl -s -o "$work/gone" -w '%{http_code}' -H "Authorization: Bearer $token" "$base/v1/blobs/$gone")"
has "and says so" "保管期限已满" "$(jq -r .title "$work/gone")"
say "a page that is shared is there" 200 "$(curl -s -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $token" "$base/v1/blobs/$(printf 共用 | sha256sum | cut -d' ' -f1)")"

# Killed as soon as files go: nothing is left half by the next start.
purge=$(as archivist retention propose --reason 鉴定无保存价值 "$big" --json | jq -r .purge)
count=$(as archivist retention show "$purge" --json | jq .files)
before=$(files)
as supervisor retention approve "$purge" --version 1 --reason 同意 >/dev/null
tries=0
while [ "$(files)" -gt "$before" ] && [ $tries -lt 200 ]; do tries=$((tries + 1)); done
kill -9 "$daemon"
wait "$daemon" 2>/dev/null
left=$(files)
[ "$left" -gt $((before + 1 - count)) ]
say "the kill came while files went" 0 $?
[ "$left" -le $((before + 1)) ]
say "and no file more than the list" 0 $?
start
done_waits "$purge"
say "the next start takes the rest, and nothing else" $((before + 1 - count)) "$(files)"
say "all of them" "$count" "$(as auditor retention show "$purge" --json | jq .removed)"

echo 4711 >"$work/pin"
as keeper session pin --pin "$work/pin" >/dev/null || echo "not ok - a PIN"
code "the paper wants a witness" 6 "监销" archivist retention destroy "$one"
code "and has one" 0 destroyed archivist retention destroy "$one" --witness "$(badge keeper)" --witness_pin "$work/pin"
has "whom the chain names" "监销" "$(as auditor volume chain "$one" | tail -1)"
has "a backup forgets what was destroyed" "$((3 + count)) dropped" "$("$juanku" repo backup "$work/repo" "$work/backup")"
say "the ledger verifies" 0 "$(as auditor ledger export "$work/ledger" >/dev/null 2>&1; "$juanku" ledger verify "$work/ledger" >/dev/null 2>&1; echo $?)"
finish
