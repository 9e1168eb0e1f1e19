#!/bin/bash
# The pages against the real programs: a small court house of its own, one expected volume,
# the shipped stack in the feeder; the rest is done in the browser by pages.mjs.
[ -n "${BASH_VERSION:-}" ] || exec bash "$0" "$@"
set -u
cd "$(dirname "$0")/../.."
OUT=${OUT:-out}
house=$PWD/$OUT/web/house
REPO_PORT=$((22000 + $$ % 9000))
STATION_PORT=$((32000 + $$ % 9000))
. demo/lib_house.sh
trap stop_house EXIT

broken() {
    echo "not ok - real pages: $*"
    exit 1
}

[ -x "$bin/juanku-stationd" ] && [ -x "$bin/juanku-repod" ] || broken "the programs are built"
make_house
echo 'feed-ms 400' >>"$house/sane/paper.conf"
start_rack
start_repod
start_stationd
log_in_all
as admin slot add --site 1 --rack 1 --slots 24 >/dev/null || broken "slots"
case=$(as clerk1 case add --no '(2026)粤0399民初10027号' --cause 民间借贷纠纷 --plaintiff 陈立群 --defendant 黄秀英) || broken "a case"
VOLUME=$(as clerk1 volume add "$case" --kind 1 --part 1 --sheets 17) || broken "a volume"
export RACK=$PWD/$OUT/firmware/host/rack RACK_SOCKET=$house/rack.sock
export VOLUME REPO_BASE=$repo_url STATION_BASE=$station_url SECRETS=$house/secrets
timeout 420 node tests/web/pages.mjs
