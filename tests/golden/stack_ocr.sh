#!/bin/sh
# The shipped stacks through `juanku convert`: kinds, which way up, skew, character error
# rate, and that text copied from the PDF is the text that was read.
set -u
cd "$(dirname "$0")/../.."
out=${OUT:-out}
juanku=${JUANKU:-$out/bin/juanku}
cer=$out/tests/golden/cer
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
say() { # status, what
    [ "$1" = 0 ] && echo "ok - $2" || echo "not ok - $2"
}
figures() { # report: file kind skew turned confidence, one line a picture
    awk -F'"' '
        /^   "file"/ { file = $4; sub(".*/", "", file) }
        /^   "kind"/ { kind = $4 }
        /^   "skew_deg"/ { split($3, a, /[:, ]+/); skew = a[2] }
        /^   "rotated_deg"/ { split($3, a, /[:, ]+/); turned = a[2] }
        /^   "pdf_bytes"/ { print file, kind, skew, turned }' "$1"
}

for stack in stack-1 stack-1-supplement; do
    data=tests/data/$stack
    "$juanku" convert --rules repo-daemon/data/rules-civil-first-1.json --report "$work/$stack.json" --text "$work/$stack.txt" \
        -o "$work/$stack.pdf" "$data"/*.jpg >"$work/said" 2>&1
    status=$?
    say $status "$stack converts"
    [ $status = 0 ] || sed 's/^/# /' "$work/said"
    figures "$work/$stack.json" >"$work/$stack.figures"

    # The manifest's skew is how the sheet lies; the report's is the turn that mends it.
    tail -n +2 $data/manifest.tsv | awk -F'\t' '{
        kind = $2 == "cover" ? "cover" : $2 ~ /^separator/ ? "separator" : $7 == "blank" ? "blank" : "page"
        print $1, kind, -$5, $6 }' >"$work/want"
    for pair in "2 kind" "4 way up"; do
        column=${pair%% *}
        cut -d' ' -f1,"$column" "$work/want" >"$work/a"
        cut -d' ' -f1,"$column" "$work/$stack.figures" >"$work/b"
        diff "$work/a" "$work/b" | sed 's/^/# /'
        cmp -s "$work/a" "$work/b"
        say $? "$stack: each picture has the right ${pair#* }"
    done
    paste -d' ' "$work/want" "$work/$stack.figures" | awk '
        $2 != "blank" { off = $3 - $7; if (off < 0) off = -off; if (off > worst) worst = off
            if (off > 0.3) { bad = 1; print "# " $1 " off by " off } }
        END { printf "# worst skew error %.2f degrees\n", worst; exit bad }'
    say $? "$stack: skew is right within 0.3 degrees"

    # Row of the separator before a first page, against the row its title was proposed for.
    tail -n +2 $data/manifest.tsv | awk -F'\t' '$2 ~ /^separator/ { row = $2; sub(".*/", "", row) }
        $2 !~ /^(cover|separator)/ && $3 == 1 { print $1, row }' >"$work/rows"
    jq -r '.pages[] | [(.file | split("/") | last), .title.row // 0] | join(" ")' "$work/$stack.json" >"$work/titles"
    awk 'NR == FNR { row[$1] = $2; next } $1 in row { asked++; right += $2 == row[$1]; wrong += $2 && $2 != row[$1] }
        !($1 in row) && $2 { wrong++ }
        END { printf "# titles: %d first pages, %d right, %d wrong\n", asked, right, wrong; exit wrong || right < asked - 2 }' \
        "$work/rows" "$work/titles"
    say $? "$stack: titles are proposed for their rows, and none for another"

    qpdf --check "$work/$stack.pdf" >/dev/null 2>&1
    say $? "$stack: qpdf finds no fault in the PDF"
    pdftotext "$work/$stack.pdf" - | tr -d '\f' | grep -v '^ *$' >"$work/copied"
    tr '\f' '\n' <"$work/$stack.txt" | grep -v '^ *$' >"$work/read"
    tr -d ' \n' <"$work/copied" >"$work/a"
    tr -d ' \n' <"$work/read" >"$work/b"
    cmp -s "$work/a" "$work/b"
    say $? "$stack: text copied from the PDF is the text that was read"
    ! LC_ALL=C.UTF-8 grep -nP '\p{Han} +\p{Han}' "$work/copied" "$work/read"
    say $? "$stack: no space stands between Han characters"
done

awk -v work="$work" 'BEGIN { RS = "\f" } { f = sprintf("%s/page%02d", work, NR); printf "%s", $0 >f; close(f) }' \
    "$work/stack-1.txt"
set --
page=0
while read -r file kind rest; do
    [ "$kind" = page ] || continue
    page=$((page + 1))
    set -- "$@" "tests/data/stack-1/${file%.jpg}.txt" "$work/page$(printf %02d $page)"
done <"$work/stack-1.figures"
[ $page = 12 ]
say $? "stack-1 has 12 pages of text"
"$cer" -m 20 "$@" >"$work/cer"
status=$?
sed 's/^/# /' "$work/cer" | tail -1
say $status "stack-1: at most 2 % of the characters are wrong"

# Case numbers, dates, sums, identity numbers: a wrong figure is worse than a wrong word.
# One counts as right when the same page has exactly it, no digit more or less.
figures_of() { # file: each figure on a line
    tr -d ' ' <"$1" | sed 's/（/(/g; s/）/)/g; s/，/,/g' | LC_ALL=C.UTF-8 grep -oP \
        '\(\d{4}\)\p{Han}\d+\p{Han}+\d+号|\d{4}年\d+月\d+日|[〇一二三四五六七八九]{4}年[一二三四五六七八九十]+月[一二三四五六七八九十]+日|\d[\d,.]*\d[Xx]?' | sort
}
wanted=0 right=0
while [ $# -gt 1 ]; do
    figures_of "$1" >"$work/a"
    figures_of "$2" >"$work/b"
    wanted=$((wanted + $(wc -l <"$work/a")))
    right=$((right + $(comm -12 "$work/a" "$work/b" | wc -l)))
    comm -23 "$work/a" "$work/b" | sed 's/^/# not read: /'
    shift 2
done
echo "# figures: $right of $wanted right"
[ "$wanted" -gt 0 ] && [ "$right" -ge 39 ]
say $? "stack-1: figures are read exactly, as many as ever"
