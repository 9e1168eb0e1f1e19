#!/bin/sh
# The two pages: their logic, then every view in a real browser.
# Pictures of the views are left in OUT/web for people to look at.
set -u
cd "$(dirname "$0")/../.."
OUT=${OUT:-out}
export OUT
built=$PWD/$OUT/web/built

mkdir -p "$built"
if tools/embed.sh station "$built" && tools/embed.sh repo "$built"; then
    echo "ok - pages are bundled"
else
    echo "not ok - pages are bundled"
    exit 1
fi
if grep -rqE "https?://" "$built"/web_*/app.js "$built"/web_*/index.html "$built"/web_*/app.css; then
    echo "not ok - the bundles name no outside address"
else
    echo "ok - the bundles name no outside address"
fi

status=0
node tests/web/unit.mjs || status=1
timeout 240 node tests/web/views.mjs "$built" || status=1
exit $status
