#!/bin/sh
# Our PDFs, pages and all that is printed, before other people's judges: qpdf for the syntax, Apache PDFBox preflight for
# PDF/A-1b, poppler and MuPDF for the text and the picture.
set -u
cd "$(dirname "$0")/../.."
out=${OUT:-out}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
say() { # status, what
    [ "$1" = 0 ] && echo "ok - $2" || echo "not ok - $2"
}
java=/usr/share/java
classes=
for jar in preflight pdfbox2 xmpbox fontbox2 commons-logging commons-io bcprov javax.activation jaxb-api; do
    classes=$classes:$java/$jar.jar
done
classes=${classes#:}

"$out/tests/golden/pdfa_samples" "$work" >"$work/log" || { cat "$work/log"; echo "not ok - samples are written"; exit 1; }

# What the repository prints, from the tests that play its days.
for test in intake batch loans sheet purge; do
    KEEP_PDF=$work "$out/tests/unit/repo_$test" >"$work/log" 2>&1 || { tail -5 "$work/log" | sed 's/^/# /'; echo "not ok - the slips of repo_$test"; }
done
printed=$(ls "$work" | grep -c '^v-.*pdf$')
[ "$printed" -ge 10 ]
say $? "receipts, notice, lists, loans, purges and sheets are printed ($printed)"
rm -f "$work"/v-ledger-sheet-[!1].pdf "$work"/v-loans-*-[!1].pdf # of one form with the first

# The judge is slow to start: two at a time.
ls "$work"/*.pdf | xargs -P 2 -I '{}' sh -c 'java -XX:TieredStopAtLevel=1 -cp "$1" org.apache.pdfbox.preflight.Validator_A1b "$2" >"$2.said" 2>&1' - "$classes" '{}'

for pdf in "$work"/*.pdf; do
    name=$(basename "$pdf" .pdf)
    qpdf --check "$pdf" >"$work/said" 2>&1 && ! grep -qi warning "$work/said"
    say $? "qpdf finds no fault in $name"
    grep -q 'is a valid PDF/A-1b' "$pdf.said" || sed 's/^/# /' "$pdf.said"
    grep -q 'is a valid PDF/A-1b' "$pdf.said"
    say $? "$name is PDF/A-1b"
    pdffonts "$pdf" | tail -n +3 | awk '{ if ($(NF-4) != "yes" || $(NF-2) != "yes") bad = 1 } END { exit bad }'
    say $? "$name embeds every font, with Unicode"
done

# Text: what went in comes out, to the character, lines in their order.
for text in "$work"/*.txt; do
    name=$(basename "$text" .txt)
    grep -v '^$' "$text" >"$work/want"
    pdftotext "$work/$name.pdf" - | tr -d '\f' | grep -v '^$' >"$work/got"
    cmp -s "$work/want" "$work/got" || diff "$work/want" "$work/got" | head -5 | sed 's/^/# /'
    cmp -s "$work/want" "$work/got"
    say $? "poppler copies the text of $name"
    mutool draw -q -F txt "$work/$name.pdf" 2>/dev/null | tr -d '\f' | grep -v '^$' >"$work/got"
    cmp -s "$work/want" "$work/got" || diff "$work/want" "$work/got" | head -5 | sed 's/^/# /'
    cmp -s "$work/want" "$work/got"
    say $? "MuPDF copies the text of $name"
done
cat "$work"/jpeg.txt "$work"/turned.txt "$work"/gray.txt "$work"/rgb.txt "$work"/bits.txt "$work"/layered.txt | grep -v '^$' >"$work/want"
pdftotext "$work/volume.pdf" - | tr -d '\f' | grep -v '^$' >"$work/got"
cmp -s "$work/want" "$work/got"
say $? "a volume keeps the text of its pages"
pdftotext "$work/certificate.pdf" - | tr -d '\n' | grep -q '纸张：申报 30 张，清点 30 张，一致'
say $? "the certificate says what was counted"

# Picture: both renderers draw ink, and much the same amount of it.
ink() { # portable gray map -> dark pixels in a thousand
    tail -c +16 "$1" | od -An -v -tu1 -w1 | awk '{ n++; dark += $1 < 200 } END { printf "%d", 1000 * dark / n }'
}
for name in jpeg turned gray bits g4 layered; do
    pdftoppm -r 20 -gray -singlefile "$work/$name.pdf" "$work/poppler"
    mutool draw -q -r 20 -c gray -F pgm -o "$work/mupdf.pgm" "$work/$name.pdf" 2>/dev/null
    a=$(ink "$work/poppler.pgm")
    b=$(ink "$work/mupdf.pgm")
    [ "$a" -gt 5 ] && [ "$a" -lt 900 ] && [ $((a - b)) -lt 40 ] && [ $((b - a)) -lt 40 ]
    say $? "poppler and MuPDF draw $name alike ($a and $b in a thousand dark)"
done

# A layered page is two inks over a ground, by other people's reading, and transparency
# is not among them.
pdfimages -list "$work/layered.pdf" >"$work/said"
[ "$(awk '$3 == "stencil" || $3 == "mask" { n += $9 == "ccitt" } END { print n + 0 }' "$work/said")" = 2 ]
say $? "a layered page has two stencils in CCITT G4"
! grep -aqE '/(SMask|ca|CA|BM|Group) ' "$work/layered.pdf"
say $? "a layered page has no transparency"
pdftoppm -r 60 -singlefile "$work/layered.pdf" "$work/layers"
tail -c +16 "$work/layers.ppm" | od -An -v -tu1 -w3 | awk '$1 > 40 && $1 > 2 * $2 && $1 > 2 * $3 { n++ } END { exit !(n > 100) }'
say $? "the seal of a layered page is red"

# Bookmarks and page labels of the volume, in other people's words.
qpdf --json --json-key=outlines "$work/volume.pdf" |
    jq -r '.outlines[] | .. | objects | select(has("kids")) | [.title, .destpageposfrom1, ([.kids[].title] | join("+"))] | map(tostring) | join("|")' >"$work/got"
cat >"$work/want" <<'END'
正卷 第1册|1|6 起诉状及相关材料+25 本院法律文书正本
6 起诉状及相关材料|2|证据
证据|3|
25 本院法律文书正本|5|
副卷 第1册|6|阅卷笔录
阅卷笔录|7|
END
cmp "$work/want" "$work/got" >/dev/null || sed 's/^/# /' "$work/got"
cmp -s "$work/want" "$work/got"
say $? "a volume has its bookmarks, one below the other"
qpdf --json --json-key=pagelabels "$work/volume.pdf" | tr -d ' \n' | grep -q '"index":1,"label":{"/S":"/D","/St":1}'
say $? "a volume has its page labels"
[ "$(pdfinfo "$work/volume.pdf" | awk '/^Pages:/ { print $2 }')" = 7 ]
say $? "a volume has all its pages"
qpdf --check-linearization "$work/volume.pdf" | grep -q 'no linearization errors' && pdfinfo "$work/volume.pdf" | grep -q '^Optimized: *yes'
say $? "a volume is linearised, by other people's reading"
[ "$(grep -ac '/FontFile2' "$work/volume.pdf")" = 1 ]
say $? "a volume has its font once"
