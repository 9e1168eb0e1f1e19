#!/bin/sh
# The repository's web interface as anybody's program meets it: curl against the daemon.
set -u
cd "$(dirname "$0")/../.."
out=${OUT:-out}
work=$out/tmp/repod_api.$$
base=http://127.0.0.1:$((18000 + $$ % 2000))
juanku=$out/bin/juanku
mkdir -p "$work"
say() { # text, want, got
    [ "$2" = "$3" ] && echo "ok - $1" || { echo "# want: $2"; echo "# got:  $3"; echo "not ok - $1"; }
}
has() { # text, part, whole
    case $3 in *"$2"*) echo "ok - $1" ;; *) echo "# want: $2"; echo "# got:  $3"; echo "not ok - $1" ;; esac
}
id() { od -An -N16 -tx1 /dev/urandom | tr -d ' \n'; }
call() { # who, method, path, [body]
    who=$1 method=$2 path=$3
    shift 3
    [ $# = 0 ] || set -- -H 'Content-Type: application/json' -d "$1"
    curl -s -X "$method" -H "Authorization: Bearer $(cat "$work/token.$who" 2>/dev/null)" "$@" "$base$path"
}
status() { # the same, its status only
    who=$1 method=$2 path=$3
    shift 3
    curl -s -o /dev/null -w '%{http_code}' -X "$method" -H "Authorization: Bearer $(cat "$work/token.$who" 2>/dev/null)" "$@" "$base$path"
}

"$juanku" repo init "$work/repo" --court 粤0399 >/dev/null
for who in admin:admin clerk:cataloguer keeper:keeper super:supervisor station:station; do
    echo "password of ${who%:*}" >"$work/password"
    cp "$work/password" "$work/password.${who%:*}"
    "$juanku" repo user add "$work/repo" "${who%:*}" --name "${who%:*}" --roles "${who#*:}" \
        --password-file "$work/password" >"$work/badge.${who%:*}" || echo "not ok - add ${who%:*}"
done
"$juanku" repo slots "$work/repo" --site 1 --rack 1 --slots 2 >"$work/slots"
say "slots are registered off line" 2 "$(wc -l <"$work/slots")"
printf 'repo.dir = %s/repo\nhttp.listen = %s\n' "$work" "${base#http://}" >"$work/repod.conf"
"$out/bin/juanku-repod" --config "$work/repod.conf" 2>"$work/log" &
daemon=$!
trap 'kill $daemon 2>/dev/null' EXIT
tries=0
until curl -s "$base/readyz" | grep -q ready; do
    tries=$((tries + 1))
    [ $tries -lt 200 ] || { echo "not ok - the daemon comes up"; cat "$work/log"; exit 1; }
    sleep 0.05
done

"$juanku" repo user list "$work/repo" >/dev/null 2>"$work/said"
say "the command leaves a running repository alone" 7 $?
has "and says why" "服务正在运行" "$(cat "$work/said")"
say "nobody is let in without a log-in" 401 "$(status nobody GET /v1/volumes)"
for who in admin clerk keeper super station; do
    curl -s -d "{\"login\":\"$who\",\"password\":\"password of $who\"}" "$base/v1/session" |
        jq -r .token >"$work/token.$who"
done
say "a log-in tells who one is" keeper "$(call keeper GET /v1/session | jq -r .person.login)"
say "a wrong password is 401" 401 "$(curl -s -o /dev/null -w '%{http_code}' -d '{"login":"keeper","password":"no"}' "$base/v1/session")"
say "a wrong role is 403" 403 "$(status keeper GET /metrics)"
has "with the roles that may" "审计员" "$(call keeper GET /metrics | jq -r .title)"
say "an unknown address is 404" 404 "$(status keeper GET /v1/nothing)"
say "a wrong method is 405" 405 "$(status keeper PUT /v1/board)"
say "a body that is no JSON is 400" 400 "$(status keeper POST /v1/custody -d 'hello')"
say "a write from a foreign page is refused" 403 "$(status keeper POST /v1/custody -H 'Origin: http://evil.example' -d '{}')"
say "the keeper's page is served" 200 "$(status nobody GET /)"
has "and may load nothing but itself" "default-src 'self'" "$(curl -si "$base/" | tr -d '\r' | grep -i content-security)"

call clerk POST /v1/cases "{\"id\":\"$(id)\",\"case_no\":\"(2026)粤0399民初10027号\",\"cause\":\"民间借贷纠纷\",\"plaintiff\":\"张三\",\"defendant\":\"李四\",\"case_type\":\"民事一审\"}" >"$work/case"
say "a case gets its twenty digits" 44039920260301010027 "$(jq -r .case "$work/case")"
say "and is found by a number in other brackets" 1 "$(call keeper GET '/v1/cases?q=%E3%80%942026%E3%80%95%E7%B2%A40399%E6%B0%91%E5%88%9D10027%E5%8F%B7' | jq '.cases | length')"
same=$(id)
body="{\"id\":\"$same\",\"kind\":1,\"part\":1,\"sheets\":17}"
call clerk POST /v1/cases/44039920260301010027/volumes "$body" >"$work/one"
call clerk POST /v1/cases/44039920260301010027/volumes "$body" >"$work/two"
say "the same id gets the same answer" "$(cat "$work/one")" "$(cat "$work/two")"
volume=$(jq -r .volume "$work/one")
say "the label of the volume" V44039920260301010027100159 "$volume"

curl -sN -m 10 -H "Authorization: Bearer $(cat "$work/token.keeper")" "$base/v1/stream" >"$work/stream" &
reader=$!
sleep 0.3
call keeper POST /v1/custody "{\"id\":\"$(id)\",\"event\":\"receive\",\"volumes\":[{\"volume\":\"$volume\",\"version\":1}],\"sheets\":17}" >"$work/received"
say "the keeper receives it" received "$(jq -r '.volumes[0].state' "$work/received")"
sleep 0.3
kill $reader 2>/dev/null
has "and the boards hear of it" '"state":"received"' "$(grep '^data:' "$work/stream")"
seq=$(call super GET /v1/ledger/events | wc -l)
curl -sN -m 1 -H "Last-Event-ID: $((seq - 1))" -H "Authorization: Bearer $(cat "$work/token.keeper")" "$base/v1/stream" >"$work/again"
has "who comes back hears what was missed" "id: $seq" "$(cat "$work/again")"
say "its chain has two events" 2 "$(call keeper GET "/v1/volumes/$volume/chain" | jq '.events | length')"
has "as sentences" "接收了案卷（17 张）" "$(call keeper GET "/v1/volumes/$volume/chain" | jq -r '.events[1].text')"
has "an order for a dark rack is refused with a hint" "手工确认" "$(call keeper POST "/v1/slots/$(head -1 "$work/slots")/orders" "{\"id\":\"$(id)\",\"do\":\"put\",\"volume\":\"$volume\",\"version\":2}" | jq -r .title)"
say "so the keeper shelves by hand" shelved "$(call keeper POST /v1/custody "{\"id\":\"$(id)\",\"event\":\"shelve\",\"slot\":\"$(head -1 "$work/slots")\",\"volumes\":[{\"volume\":\"$volume\",\"version\":2}]}" | jq -r '.volumes[0].state')"
say "the board counts it" 1 "$(call keeper GET /v1/board | jq .slots.full)"

head -c 3000000 /dev/urandom >"$work/blob"
sha=$(sha256sum "$work/blob" | cut -d' ' -f1)
say "a blob is kept" 201 "$(status station PUT "/v1/blobs/$sha" -T "$work/blob")"
say "and is there the second time" 200 "$(status station PUT "/v1/blobs/$sha" -T "$work/blob")"
say "another content under this name is refused" 422 "$(status station PUT "/v1/blobs/$(echo x | sha256sum | cut -d' ' -f1)" -T "$work/blob")"
say "a body without a length is refused" 411 "$(status station PUT "/v1/blobs/$(echo y | sha256sum | cut -d' ' -f1)" -H 'Transfer-Encoding: chunked' -T "$work/blob")"
call station GET "/v1/blobs/$sha?type=image/jpeg" >"$work/back"
say "it comes back as it was" "$sha" "$(sha256sum "$work/back" | cut -d' ' -f1)"
say "and in parts" "$(head -c 1010 "$work/blob" | tail -c 10 | sha256sum)" "$(curl -s -H "Authorization: Bearer $(cat "$work/token.station")" -r 1000-1009 "$base/v1/blobs/$sha" | sha256sum)"
say "the keeper may not put blobs" 403 "$(status keeper PUT "/v1/blobs/$sha" -T "$work/blob")"

named=$work/repo/blobs/$(echo "$sha" | cut -c1-2)/$sha
chmod 640 "$named"
printf x | dd of="$named" bs=1 seek=1234567 conv=notrunc 2>/dev/null
fixity() { "$juanku" repo fixity "$@" >"$work/fixity" 2>&1; }
export JUANKU_SESSION="$work/session"
"$juanku" session login admin --url "$base" --password-file "$work/password.admin" >/dev/null
fixity --now --wait
say "a round finds the file that changed" 2 $?
has "and counts it" "1 damaged" "$(cat "$work/fixity")"
say "an alarm names it" "file-wrong $(echo "$sha" | cut -c1-16)" "$(call keeper GET /v1/alarms | jq -r '.alarms[] | .kind + " " + .place')"
has "the figures too" "juanku_fixity_wrong_files 1" "$(call super GET /metrics)"
say "the file is taken again from who has it" 201 "$(status station PUT "/v1/blobs/$sha" -T "$work/blob")"
fixity --now --wait
say "the next round finds all whole" 0 $?
say "and the alarm is over" 0 "$(call keeper GET /v1/alarms | jq '.alarms | length')"

call super GET /metrics >"$work/metrics"
say "each line of the figures is a comment or a sample of a family with HELP and TYPE" "" "$(awk '
    /^# HELP [a-z_]+ [^ ]/ { help[$3] = 1; next }
    /^# TYPE [a-z_]+ (gauge|counter)$/ { type[$3] = $4; next }
    { name = $1; sub(/[{].*/, "", name) }
    /^[a-z_]+([{]([a-z]+="[^"]*",?)+[}])? [0-9]+([.][0-9]+)?$/ && help[name] && type[name] &&
        (type[name] == "counter") == (name ~ /_total$/) { next }
    { print }' "$work/metrics")"
if command -v promtool >/dev/null; then
    say "promtool reads them" "" "$(promtool check metrics <"$work/metrics" 2>&1)"
fi
has "and know the volume" 'juanku_volumes{state="shelved"} 1' "$(cat "$work/metrics")"
say "the description is OpenAPI 3.1" 3.1.0 "$(call keeper GET /v1/openapi.json | jq -r .openapi)"
call super GET /v1/ledger/head >"$work/head"
has "the head of the ledger is signed" "— juanku/440399" "$(cat "$work/head")"
say "it covers the events" "$(sed -n 2p "$work/head")" "$(call super GET /v1/ledger/events | wc -l)"
say "no secret is in the log" "" "$(grep -iE 'password|token' "$work/log")"

kill $daemon
wait $daemon
say "it ends well" 0 $?
trap - EXIT
has "every file is verified" "1 files, 0 damaged" "$("$juanku" repo verify "$work/repo")"
has "the views are made again" "events" "$("$juanku" repo rebuild "$work/repo")"
rm -rf "$work"
