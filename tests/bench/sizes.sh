#!/bin/bash
# 5. How large the PDF is beside the pictures that the scanner delivered.
set -u
cd "$(dirname "$0")/../.."
. tests/bench/lib_bench.sh

make -s OUT="$out" "$out/tests/golden/cer" || exit 1
echo "5. size"
# shellcheck disable=SC2086
"$juanku" convert --no-ocr -o "$work/ours.pdf" $pages >/dev/null 2>&1
# shellcheck disable=SC2086
cat $pages | wc -c >"$work/jpeg"
[ -s "$work/ours.pdf" ] && wc -c <"$work/ours.pdf" >"$work/pdf"
figure 5 "PDF over the scanner's JPEG, exact" "$(over pdf jpeg)" "x" "<= 1.03"

# Layered: how large, and what the recogniser makes of the page as a reader shows it: at
# 300 dpi beside the exact page shown in the same way, since showing a turned picture costs
# characters of its own; at 600 dpi, where it costs none, beside the capture.
# shellcheck disable=SC2086
{
    "$juanku" convert --text "$work/before.txt" -o "$work/before.pdf" $pages >/dev/null 2>&1
    "$juanku" convert --no-ocr --compress layered --report "$work/report.json" -o "$work/layered.pdf" $pages >/dev/null 2>&1
    measure exact 3 "$juanku" convert --no-ocr --jobs 1 -o "$work/again.pdf" $pages
    measure layered 3 "$juanku" convert --no-ocr --jobs 1 --compress layered -o "$work/again.pdf" $pages
}
[ -s "$work/layered.pdf" ] && wc -c <"$work/layered.pdf" >"$work/pdf"
figure 5 "PDF over the scanner's JPEG, layered" "$(over pdf jpeg)" "x" "<= 0.35"
figure 5 "pages that were fit for layers, of 12" "$(jq '[.pages[] | select(.layers == "layered")] | length' "$work/report.json")" "pages" ">= 12"
# What layers cost beyond decoding: a gray picture at full size and a coloured one at half.
if command -v djpeg >/dev/null; then
    # shellcheck disable=SC2086
    measure decode 3 sh -c 'for f; do djpeg -grayscale "$f" >/dev/null; djpeg -scale 4/8 "$f" >/dev/null; done' sh $pages
    awk 'FNR == 1 { n++ } { v[n] = $1 } END { print (v[1] - v[2] - v[3]) * 1000 / 12 }' "$work/layered.cpu" "$work/exact.cpu" "$work/decode.cpu" >"$work/each"
fi
figure 5 "processor time of layers, beyond decoding" "$(of each)" "ms a page" "<= 150"
wrong() { # TEXT: characters wrong
    # shellcheck disable=SC2086
    cat ${pages//.jpg/.txt} | tr -d '\f' >"$work/truth"
    tr -d '\f' <"$1" >"$work/read"
    "$out/tests/golden/cer" "$work/truth" "$work/read" | awk '$3 == "total" { split($2, n, "/"); print n[1] }'
}
shown() { # PDF DPI: characters wrong when its pages are read as shown
    rm -f "$work"/shown-*
    pdftoppm -r "$2" -png "$work/$1.pdf" "$work/shown"
    "$juanku" convert --text "$work/shown.txt" -o "$work/shown.pdf" "$work"/shown-*.png >/dev/null 2>&1
    wrong "$work/shown.txt"
}
if command -v pdftoppm >/dev/null; then
    capture=$(wrong "$work/before.txt") exact=$(shown ours 300)
    figure 5 "characters wrong, read from the capture" "$capture" "characters"
    figure 5 "characters wrong, read from the exact page at 300 dpi" "$exact" "characters"
    figure 5 "characters wrong, read from the layered page at 300 dpi" "$(shown layered 300)" "characters" "<= $exact"
    figure 5 "characters wrong, read from the layered page at 600 dpi" "$(shown layered 600)" "characters" "<= $capture"
fi
