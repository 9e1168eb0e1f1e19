#!/bin/sh
# Certificates of stations, with the real programs over HTTPS: a station gets one, hands in
# a feeding with it, and whoever shows none, a wrong one, one whose time is over, one that
# was revoked, or another station's, hands in nothing.
[ -n "${BASH_VERSION:-}" ] || exec bash "$0" "$@"
set -u
cd "$(dirname "$0")/../.."
house=$(mktemp -d /tmp/juanku-certs-XXXXXX)
REPO_PORT=$((25500 + $$ % 1000))
STATION_PORT=$((15500 + $$ % 1000))
. tests/sim/lib_station.sh
trap 'stop_house; rm -rf "$house"' EXIT
repo_url=https://127.0.0.1:$repo_port
export JUANKU_CA=$house/tls.pem
pem=$house/pem # of ST01, made by the product

tls_make() {
    mkdir -p "$pem"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=repod \
        -addext subjectAltName=IP:127.0.0.1 -keyout "$house/tls.key" -out "$house/tls.pem" 2>/dev/null
}
conf() { # MODE: the repository asks for certificates like this
    sed -i '/^http.client_certs\|^http.tls/d' "$house/repod.conf"
    printf 'http.tls_cert = %s/tls.pem\nhttp.tls_key = %s/tls.key\nhttp.client_certs = %s\n' \
        "$house" "$house" "$1" >>"$house/repod.conf"
}
start_repod() {
    "$bin/juanku-repod" --config "$house/repod.conf" >>"$house/repod.log" 2>&1 &
    repod_pid=$!
    pids="$pids $repod_pid"
    wait_for 15 中间库 curl -sf --cacert "$house/tls.pem" "$repo_url/readyz"
}
sign() { # NAME OUT DAYS [-set_serial N]: signed by the house's authority, beside the product
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" \
        -keyout "$pem/$2.key" -out "$pem/$2.csr" 2>/dev/null
    openssl x509 -req -in "$pem/$2.csr" -CA "$house/repo/station-ca.pem" -CAkey "$house/repo/station-ca.key" \
        -set_serial "0x$(head -c 12 /dev/urandom | od -An -tx1 | tr -d ' \n')" -days "$3" -out "$pem/$2.pem" 2>/dev/null
}
# ask CERT PATH [curl words]: by the machine with this certificate ("" for none); the status
# stands behind the answer
ask() {
    cert=$1
    path=$2
    shift 2
    [ -n "$cert" ] && set -- --cert "$pem/$cert.pem" --key "$pem/$cert.key" "$@"
    curl -s --cacert "$house/tls.pem" -w ' %{http_code}' "$@" "$repo_url$path"
}
as_station() { ask "$@" -H "Authorization: Bearer $token"; }
hand_in() { # CERT STATION: the head of a feeding, which is looked at before the rest
    as_station "$1" "/v1/volumes/$volume/scans" \
        -d "{\"id\":\"$(head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n')\",\"volume\":\"$volume\",\"station\":\"$2\"}"
}

tls_made() { tls_make && conf off; }
BEFORE_START=tls_made
STATION_CONF="repo.ca_file = $house/tls.pem
ocr.model = none
repo.cert_file = $pem/ST01.pem
repo.key_file = $pem/ST01.key"
open_house
as admin session login admin --url "$repo_url" --password-file "$house/secrets/admin" >/dev/null || fail "admin"
password() { printf '{"login":"station1","password":"%s"}' "$(cat "$house/secrets/station1")"; }
token=$(ask '' /v1/session -d "$(password)" | jq -r '.token' 2>/dev/null | head -1)
same 200 "$(as_station '' /v1/session -o /dev/null | tr -d ' ')" "off: a station needs its password only"
has "$(hand_in '' ST01)" ' 400' "and its feeding is looked at"

# --- the repository begins to ask ------------------------------------------------------
kill_repod
conf stations
start_repod
same 600 "$(stat -c %a "$house/repo/station-ca.key")" "the authority's key is its owner's alone"
has "$(as_station '' /v1/session)" 没有出示证书 "stations: without a certificate nothing is taken, whatever the token"
has "$(ask '' /v1/session -d "$(password)")" 没有出示证书 "nor is the log-in, with the right password"
refused() { case $(get .repo.sentence) in *证书*) ;; *) return 1 ;; esac; }
until_true 30 refused
has "$(get .repo.sentence)" "证书" "the station's page says what is missing"
same 200 "$(curl -s -o /dev/null -w '%{http_code}' --cacert "$house/tls.pem" -d '{"login":"keeper1","password":"'"$(cat "$house/secrets/keeper1")"'"}' "$repo_url/v1/session")" \
    "people log in as before"

as admin station enrol ST01 --dir "$pem" >"$house/enrolled" 2>&1
say $? "a station is enrolled"
has "$(cat "$house/enrolled")" "repo.key_file = $pem/ST01.key" "and is told what to set"
same "600 600" "$(stat -c %a "$pem/ST01.key" "$pem/ST01.pem" | tr '\n' ' ' | sed 's/ $//')" "its files are its owner's alone"
as admin station enrol ST02 --dir "$pem" >/dev/null
as keeper1 station enrol ST03 --dir "$pem" >/dev/null 2>&1
same 5 $? "a keeper enrols nobody"
as admin station enrol '../x' --dir "$pem" >/dev/null 2>&1
same 1 $? "nor is a path a name"
up() { [ "$(get '.repo | "\(.up) \(.sentence)"')" = "1 " ]; }
until_true 30 up
say $? "the station finds its certificate and goes on by itself"

# --- who is who --------------------------------------------------------------------------
has "$(hand_in ST01 ST01)" ' 400' "the right certificate: the feeding is looked at"
operator=$(ask '' /v1/session -d "{\"login\":\"scan1\",\"password\":\"$(cat "$house/secrets/scan1")\"}" | sed 's/ 200$//' | jq -r .token)
page=$(printf page | sha256sum | cut -d' ' -f1)
has "$(ask '' "/v1/blobs/$page" -X PUT -H "Authorization: Bearer $operator" --data-binary page)" 没有出示证书 "nor does an operator send a picture from elsewhere"
has "$(ask ST01 "/v1/blobs/$page" -X PUT -H "Authorization: Bearer $operator" --data-binary page)" ' 201' "but from a station"
answer=$(hand_in ST01 ST02)
has "$answer" ' 403' "the right certificate with another station's name: 403"
has "$answer" '证书是扫描台“ST01”的' "and why"
has "$(as_station ST02 '/v1/qc/returns?station=ST01')" ' 403' "what came back to one is not told to another"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 9 -subj /CN=ST01 \
    -keyout "$pem/foreign.key" -out "$pem/foreign.pem" 2>/dev/null
has "$(hand_in foreign ST01)" 不是本院中间库签发的 "another authority's certificate is foreign"
sign ST01 over -1
has "$(hand_in over ST01)" 已过期 "one whose time is over is refused"
sign ST01 unknown 9
has "$(hand_in unknown ST01)" 没有登记过 "one that no event names is refused, though the authority signed it"
serial=$(as admin station certs --json | jq -r '.certificates[] | select(.name == "ST02") | .serial')
has "$(as_station ST02 /v1/session)" ' 200' "another station's own is good until it ends"
as_station ST02 /v1/stream -N -m 30 >"$house/stream" &
watcher=$!
until_true 10 test -s "$house/stream"
as admin station revoke "$serial" --reason 遗失 >/dev/null
say $? "it is revoked"
has "$(as_station ST02 /v1/session)" 已吊销 "and from then on refused"
wait $watcher
same 0 $? "what it watched ends at once"
as admin station revoke "$serial" --reason 再次 >/dev/null 2>&1
same 6 $? "once is enough"
kill_repod
start_repod
has "$(as_station ST02 /v1/session)" 已吊销 "also after a restart"
has "$(as admin station certs)" "ST02  $serial" "the list names it"

# --- the station works with it -------------------------------------------------------------
until_true 30 up
fill_small_tray 2
declare_job "$volume" 2 >/dev/null
post job/start '{}' >/dev/null
wait_state counted,review 40
until_true 60 all_read
for index in $(get '.job.pages[] | select(.kind == "page").index'); do
    post "images/$index" '{"do":"move","row":6}' >/dev/null
done
post label "{\"text\":\"$volume\"}" >/dev/null
post job/finish '{}' >/dev/null
taken() { [ "$(as keeper1 volume show "$volume" --json | jq -r .state)" = scanned ]; }
until_true 40 taken
say $? "the station with its certificate hands a feeding in"
same ST01 "$(ask '' "/v1/volumes/$volume/scans" -H "Authorization: Bearer $(jq -r .token "$house/sessions/keeper1")" | sed 's/ 200$//' | jq -r '.scans[0].station')" \
    "which bears the certificate's name"

# --- an end that comes near is told -----------------------------------------------------------
echo 'http.client_cert_days = 20' >>"$house/repod.conf"
kill_repod
start_repod
as admin station enrol ST09 --dir "$pem" >/dev/null
has "$(as admin station certs)" 三十天内到期 "a certificate that ends soon is marked"
metrics=$(ask '' /metrics -H "Authorization: Bearer $(jq -r .token "$house/sessions/admin")")
has "$metrics" 'juanku_station_certificates_ending 1' "the figures count it"
has "$metrics" "juanku_station_certificate_end_seconds{station=\"ST09\"}" "and say when"

# --- every machine ------------------------------------------------------------------------------
kill_repod
conf all
start_repod
has "$(ask '' /)" ' 403' "all: no page without a certificate"
has "$(ask ST09 /)" ' 200' "the page with one"
has "$(ask ST02 /v1/session -d "$(password)")" 已吊销 "but not with a revoked one"
off_line=$(ask ST09 /v1/offline -H "Authorization: Bearer $(jq -r .token "$house/sessions/keeper1")" \
    -d "{\"commands\":[{\"path\":\"/v1/custody\",\"body\":{\"id\":\"$(printf %032d 7)\",\"event\":\"take\",\"volumes\":[{\"volume\":\"$volume\",\"version\":1}]}}]}")
has "$off_line" 已被别人改动 "what was done off line is asked with the machine's certificate"
has "$(ask '' /healthz)" ' 200' "and whether it lives is told to everybody"

# --- and nobody tells the keys --------------------------------------------------------------------
for key in "$house/repo/station-ca.key" "$pem/ST01.key"; do
    secret=$(sed -n 2p "$key")
    ! grep -rqF -- "$secret" "$house/repod.log" "$house/stationd.log" "$house/enrolled" "$house/repo/store" "$house/repo/blobs"
    say $? "$(basename "$key") is in no log and no ledger"
done
"$bin/juanku" repo backup "$house/repo" "$house/copy" >/dev/null 2>&1
cmp -s "$house/repo/station-ca.key" "$house/copy/station-ca.key" && [ "$(stat -c %a "$house/copy/station-ca.key")" = 600 ]
say $? "a backup keeps the authority, for its owner alone"
