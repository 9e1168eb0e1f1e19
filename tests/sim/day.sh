#!/bin/bash
# The day of the demonstration, in a house and on ports of its own: every count of the
# summary against what the stacks really hold, and the exported ledger against tampering.
[ -n "${BASH_VERSION:-}" ] || exec bash "$0" "$@"
set -u
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
say() { [ "$1" = 0 ] && echo "ok - $2" || echo "not ok - $2"; }
same() { # WANT GOT TEXT
    [ "$1" = "$2" ]
    say $? "$3"
    [ "$1" = "$2" ] || echo "# want $1, got $2"
}

DEMO_EXIT=1 house=$work/house REPO_PORT=$((20000 + $$ % 9000)) STATION_PORT=$((30000 + $$ % 9000)) \
    demo/day.sh >"$work/day" 2>&1
say $? "the day ends well"
grep -q '总结' "$work/day" || sed 's/^/# /' "$work/day"
summary=$work/house/summary.json
same '[17,17,34,12,14,8]' "$(jq -c '[.sheets_declared,.sheets_counted,.images,.pages,.blank,.separators]' "$summary")" \
    "sheets, images, pages, blanks and separators of the first feeding"
same '[[6,2],[10,1],[12,1],[13,3],[20,2],[25,2],[27,1]]' "$(jq -c '[.items[] | [.row, .pages]] | sort' "$summary")" \
    "each page stands under its row"
same '[3,4,9,11,26]' "$(jq -c '[.rule_failures_first[].row]' "$summary")" "the first check misses just these rows"
same 5 "$(jq "[.rule_failures_first[] | select(.sentence | length > 10)] | length" "$summary")" \
    "each with a sentence"
same '[]' "$(jq -c .rule_failures_second "$summary")" "the second check misses nothing"
same true "$(jq .ledger.verified "$summary")" "the ledger verifies off line"
same true "$(jq .archive.bagit_valid "$summary")" "the package is valid"
pdf=$(jq -r .archive.path "$summary")/data/volume.pdf
qpdf --check-linearization "$pdf" 2>&1 | grep -q 'no linearization errors'
say $? "the volume's PDF is linearised"
tree=$(qpdf --json --json-key=outlines "$pdf" | jq -c '[.outlines[] | .title, ([.kids[].title | split(" ")[0] | tonumber] | . == sort), ([.kids[].kids[].title] | index("民事起诉状") != null)]')
same '["正卷 第1册",true,true]' "$tree" "its bookmarks are the volume, its rows in order, and below them documents by name"
same 0 "$(grep -c -e password -e 口令 "$work/house/repod.log" "$work/house/stationd.log" | awk -F: '{ n += $2 } END { print n + 0 }')" \
    "no password stands in the logs"
same 0 "$(cat "$work"/house/secrets/* | grep -cFf - "$work/house/repod.log" "$work/house/stationd.log" | awk -F: '{ n += $2 } END { print n + 0 }')" \
    "nor the words themselves"

# One byte anywhere in the export: refused, and the event or file is named.
bad=0
tries=0
for file in $(cd "$work/house/ledger" && find . -type f | sort); do
    size=$(stat -c %s "$work/house/ledger/$file")
    for part in 1 2 3 4 5; do
        at=$((size * part / 6))
        cp -r "$work/house/ledger" "$work/tampered"
        byte=$(od -An -tu1 -j $at -N1 "$work/tampered/$file")
        printf "\\$(printf %o $((byte ^ 1)))" | dd of="$work/tampered/$file" bs=1 seek=$at conv=notrunc 2>/dev/null
        out/bin/juanku ledger verify "$work/tampered" >"$work/said" 2>&1 && bad=$((bad + 1)) && echo "# $file byte $at went unnoticed"
        case $file in *events.jsonl) grep -qE '[0-9]' "$work/said" || bad=$((bad + 1)) ;; esac
        rm -rf "$work/tampered"
        tries=$((tries + 1))
    done
done
same 0 $bad "each of $tries changed bytes is noticed"
