#!/bin/sh
# Log-ins by keys alone, against the real repository: who must use one-time codes sets them
# up and goes on, logs in with one; the admin unlocks a person and revokes a certificate.
[ -n "${BASH_VERSION:-}" ] || exec bash "$0" "$@"
set -u
cd "$(dirname "$0")/../.."
OUT=${OUT:-out}
house=$(mktemp -d /tmp/juanku-people-XXXXXX)
REPO_PORT=$((27500 + $$ % 1000))
STATION_PORT=$((17500 + $$ % 1000))
. demo/lib_house.sh
trap 'stop_house; rm -rf "$house"' EXIT
make_house
sed -i '/^racks.ports/d' "$house/repod.conf"
echo 'login.totp_roles = archivist' >>"$house/repod.conf"
start_repod
as admin session login admin --url "$repo_url" --password-file "$house/secrets/admin" >/dev/null &&
    as admin station enrol ST01 --dir "$house" >/dev/null || echo "not ok - a certificate"
for ((n = 0; n < 5; n++)); do # somebody forgot his password
    curl -s -o /dev/null -d '{"login":"keeper1","password":"not this one"}' "$repo_url/v1/session"
done
export REPO_BASE=$repo_url SECRETS=$house/secrets
timeout 120 node tests/web/people.mjs
