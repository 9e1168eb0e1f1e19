#!/bin/sh
# The page of terms without a mouse, against the real repository: an archivist marks and
# proposes, a supervisor holds, lifts, refuses and approves (retention.mjs).
set -u
cd "$(dirname "$0")/../.."
out=${OUT:-out}
work=$(mktemp -d /tmp/juanku-retention-XXXXXX)
port=$((26500 + $$ % 1000))
base=http://127.0.0.1:$port
trap 'kill $daemon 2>/dev/null; rm -rf "$work"' EXIT
daemon=
PURGE_HOUSE=$work/repo "$out/tests/sim/purge_house" >"$work/made" || { cat "$work/made"; exit 1; }
printf 'repo.dir = %s/repo\narchive.dir = %s/repo\nhttp.listen = 127.0.0.1:%s\n' "$work" "$work" "$port" >"$work/repod.conf"
"$out/bin/juanku-repod" --config "$work/repod.conf" 2>>"$work/log" &
daemon=$!
tries=0
until curl -s "$base/readyz" | grep -q ready; do
    tries=$((tries + 1))
    [ $tries -lt 200 ] || { echo "not ok - retention: the daemon comes up"; cat "$work/log"; exit 1; }
    sleep 0.05
done
mkdir "$work/secrets"
for who in archivist supervisor keeper auditor; do echo password >"$work/secrets/$who"; done
export REPO_BASE=$base SECRETS=$work/secrets
timeout 100 node tests/web/retention.mjs
