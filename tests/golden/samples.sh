#!/bin/sh
# Foreign pictures with known properties: barcodes, clean-up, Chinese print. They are not
# shipped: without ../shared/data this passes with one line, and the made cases of the unit
# tests and the shipped stacks stand alone. `samples.sh [barcodes cleanup ocr separators]`.
set -u
cd "$(dirname "$0")/../.."
out=${OUT:-out}
juanku=${JUANKU:-$out/bin/juanku}
cer=$out/tests/golden/cer
samples=${SAMPLES:-../shared/data}
tab=$(printf '\t')
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
say() { # status, what
    [ "$1" = 0 ] && echo "ok - $2" || echo "not ok - $2"
}
if [ ! -d "$samples/barcodes" ]; then
    echo "ok - samples # SKIP not on this machine"
    exit 0
fi
figures() { # report: file kind skew turned codes..., one line a picture, tabs between
    awk -F'"' -v OFS='\t' '
        /^   "file"/ { file = $4; sub(".*/", "", file) }
        /^   "kind"/ { kind = $4 }
        /^   "skew_deg"/ { split($3, a, /[:, ]+/); skew = a[2] }
        /^   "rotated_deg"/ { split($3, a, /[:, ]+/); turned = a[2] }
        /^     "code"/ { codes = codes "," $4 }
        /^   "pdf_bytes"/ { print file, kind, skew, turned, codes; codes = "" }' "$1"
}

barcodes() {
    data=$samples/barcodes
    "$juanku" convert --no-ocr --keep-all --report "$work/codes.json" -o "$work/codes.pdf" "$data"/*.png >/dev/null 2>&1
    awk '/^   "file"/ { sub(/^[^:]*: "/, ""); sub(/",$/, ""); sub(".*/", ""); file = $0 }
        /^     "text"/ { sub(/^[^:]*: "/, ""); sub(/",$/, ""); gsub(/\\r/, ""); print file "\t" $0 }' "$work/codes.json" >"$work/read"
    awk -F'\t' 'function bare(t) { sub(/^ +/, "", t); while (sub(/( |\\n)$/, "", t)) ; return t }
        NR == FNR { seen[$1] = 1; hit[$1 "\t" bare($2)] = 1; next }
        FNR > 1 { good = $2 == "NONE" ? !seen[$1] : hit[$1 "\t" bare($3)]; ours += good; peer += $5; n++
            if (!good && $5) print "#   missed: " $1 }
        END { printf "# %d of %d codes right, zbarimg %d\n", ours, n, peer; exit ours < peer }' "$work/read" "$data/manifest.tsv"
    say $? "as many codes are read as zbarimg reads"
}

property() { # file, property, expected, tolerance: one picture of the clean-up set
    picture=$samples/cleanup/$1
    case $1 in *.pdf)
        pdftoppm -r 200 -jpeg -singlefile "$picture" "$work/page"
        picture=$work/page.jpg
        ;;
    esac
    "$juanku" convert --keep-all --jobs 1 --report "$work/r.json" --text "$work/t.txt" -o "$work/p.pdf" "$picture" >/dev/null 2>&1
    figures "$work/r.json" >"$work/f"
    IFS="$tab" read -r _ kind skew turned codes <"$work/f"
    case $2:$3 in
    blank:yes) [ "$kind" = blank ] ;;
    blank:no) [ "$kind" = page ] && [ ! -s "$work/t.txt" ] ;;
    blank:operator-decides) case $kind$codes in page*all-black*) ;; *) false ;; esac ;;
    rotate_cw:*) [ "$turned" = "$3" ] ;;
    deskew_cw:*) awk -v a="$skew" -v b="$3" -v t="$4" 'BEGIN { d = a - b; exit (d < 0 ? -d : d) > t }' ;;
    colour:*) pdfimages -list "$work/p.pdf" | grep -q ' rgb .* jpeg ' ;;
    clean:soft*) pdfimages -list "$work/p.pdf" | grep -q ' gray .* 8 ' ;;
    clean:dark*) [ "$(wc -c <"$work/t.txt")" -gt 700 ] ;;
    page_size:*) pdfinfo "$work/p.pdf" | awk '/^Page size/ { r = $5 / $3; exit !(r > 1.97 && r < 1.99 && $3 < 595) }' ;;
    *) return 0 ;; # seals: seals.c; two pages on one sheet stay one picture
    esac
    say $? "$1: $2 $3 ($kind, skew $skew, turned $turned)"
}
cleanup() {
    tail -n +2 "$samples/cleanup/manifest.tsv" | while IFS="$tab" read -r file what expected rest; do
        # Empty fields vanish between tabs: the tolerance is a number or not there.
        tolerance=${rest%%"$tab"*}
        property "$file" "$what" "$expected" "$tolerance"
    done
}

ocr() {
    data=$samples/ocr
    tail -n +2 "$data/manifest.tsv" | grep '^zh' | while IFS="$tab" read -r file truth _ _ _ _ _ plain _; do
        "$juanku" convert --keep-all --text "$work/read" -o "$work/p.pdf" "$data/$file" >/dev/null 2>&1
        "$cer" -c "$data/$truth" "$work/read" | awk -v f="$file" -v p="$plain" '$3 == "total" {
            split($2, a, "/"); printf "%s\t%d\t%.0f\n", f, a[1], p * a[2] }'
    done >"$work/pages"
    awk -F'\t' '$2 > $3 { print "not ok - " $1 ": " $2 " wrong, plain Tesseract " $3; bad = 1 }
        END { if (!bad) print "ok - no Chinese page has more errors than plain Tesseract makes" }' "$work/pages"
    awk -F'\t' '{ ours += $2; plain += $3 } END { printf "# %d errors, plain Tesseract %d\n", ours, plain; exit !plain || ours > plain * 0.75 }' "$work/pages"
    say $? "together at most three quarters of its errors"

    # The first asks the second model, whose settings are the whole process's.
    "$juanku" convert --keep-all --jobs 1 --text "$work/two" -o "$work/p.pdf" "$data/zh-poem-rare.jpg" "$data/zh-broker-notice.png" >/dev/null 2>&1
    "$juanku" convert --keep-all --text "$work/one" -o "$work/p.pdf" "$data/zh-broker-notice.png" >/dev/null 2>&1
    tr '\f' '\n' <"$work/one" | grep . >"$work/lines"
    tr '\f' '\n' <"$work/two" | grep . | tail -n "$(wc -l <"$work/lines")" | cmp -s - "$work/lines" && [ -s "$work/lines" ]
    say $? "a page is read alike whatever its worker has read before"
}

separators() {
    data=$samples/separators
    for document in "$data"/*.pdf; do
        pdftoppm -r 200 -jpeg "$document" "$work/$(basename "$document" .pdf)"
    done
    cp "$data"/*.jpg "$work/patcht_cropped_bl-1.jpg"
    "$juanku" convert --no-ocr --keep-all --report "$work/s.json" -o "$work/s.pdf" "$work"/*-[0-9]*.jpg >/dev/null 2>&1
    # "document page kind codes": patch codes by our own reader are not in the manifest.
    awk -F'"' '/^   "file"/ { name = $4; sub(".*/", "", name); sub("[.]jpg$", "", name)
            page = name; sub(".*-0*", "", page); sub("-[0-9]*$", "", name) }
        /^   "kind"/ { kind = $4 } /^     "type"/ { type = $4 }
        /^     "text"/ && type != "PATCH" { codes = codes (codes ? "+" : "") type ":" $4 }
        /^   "confidence"/ { print name "\t" page "\t" kind "\t" codes; codes = "" }' "$work/s.json" >"$work/read"
    awk -F'\t' 'NR == FNR { if ($4) got[$1] = got[$1] (got[$1] ? "; " : "") "p" $2 "=" $4
            if ($3 == "separator") split_at[$1] = split_at[$1] (split_at[$1] ? "," : "") $2; next }
        FNR > 1 { name = $1; sub("[.][a-z]*$", "", name)
            good = got[name] == $4
            if (name ~ /^patch/) good = good && split_at[name] == $3 && name !~ /unreadable/ || !$4 && !split_at[name]
            print (good ? "ok" : "not ok") " - " $1 ": " got[name] ", separators " split_at[name] }' "$work/read" "$data/manifest.tsv"
}

for what in ${*:-barcodes cleanup ocr separators}; do
    $what
done
