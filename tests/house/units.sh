#!/bin/sh
# The units are understood by systemd and leave little open (exposure at most 2.5).
set -u
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
for unit in repo-daemon/juanku-repod.service station/juanku-stationd.service; do
    name=$(basename "$unit")
    # the programs are not installed here: verify the rest of the unit
    sed 's|^ExecStart=.*|ExecStart=/bin/true|' "$unit" >"$work/$name"
    if systemd-analyze verify "$work/$name" >"$work/said" 2>&1 && [ ! -s "$work/said" ]; then
        echo "ok - systemd understands $name"
    else
        sed 's/^/# /' "$work/said"
        echo "not ok - systemd understands $name"
    fi
    score=$(systemd-analyze security --offline=true "$work/$name" 2>/dev/null | sed -n 's/.*exposure level for .*: \([0-9.]*\).*/\1/p')
    if [ -n "$score" ] && [ "$(echo "$score" | tr -d .)" -le 25 ]; then
        echo "ok - $name has exposure $score"
    else
        echo "not ok - $name has exposure ${score:-unknown}"
    fi
done
rm -rf "$work"
