#!/bin/bash
# 1. The 12 text pages of the shipped stack: our command beside OCRmyPDF, and beside plain
# Tesseract on the same pictures as our recogniser gets them (cleaned.c writes those, as
# plain TIFF, which costs Tesseract nothing to read): what a conversion costs above that
# is what everything else costs.
set -u
cd "$(dirname "$0")/../.."
. tests/bench/lib_bench.sh
jobs=$processors
make -s OUT="$out" "$out/tests/bench/cleaned" "$out/tests/golden/cer" || exit 1

errors() { # FILE: characters wrong over the 12 pages, in per cent
    [ -s "$1" ] || return 0
    cat ${pages//.jpg/.txt} | tr -d '\f' >"$work/truth"
    tr -d '\f' <"$1" >"$work/read"
    "$out/tests/golden/cer" "$work/truth" "$work/read" | awk '$3 == "total" { sub(/%/, "", $1); print $1 }'
}

# shellcheck disable=SC2086 # a list of files
ours() { measure "ours$1" "$2" "$juanku" convert --jobs "$1" --text "$work/ours.txt" -o "$work/ours.pdf" $pages; }
# Turn about, since a machine is not equally fast from one minute to the next.
beside_tesseract() {
    # shellcheck disable=SC2086
    mkdir -p "$work/cleaned" && "$out/tests/bench/cleaned" "$work/cleaned" $pages
    ls "$work"/cleaned/*.tif >"$work/list"
    for ((round = 0; round < 5; round++)); do
        ours 1 1 && cat "$work/ours1.cpu" >>"$work/ours.all"
        measure alone 1 tesseract "$work/list" "$work/alone" -l chi_sim --dpi 188 && cat "$work/alone.cpu" >>"$work/alone.all"
    done
    median <"$work/ours.all" >"$work/ours1.cpu"
    median <"$work/alone.all" >"$work/alone.cpu"
}
# shellcheck disable=SC2086
peer() {
    img2pdf $pages -o "$work/in.pdf"
    measure peer 1 ocrmypdf -l chi_sim --deskew --rotate-pages --output-type pdfa-1 --jobs "$jobs" --sidecar "$work/peer.txt" "$work/in.pdf" "$work/peer.pdf"
}

echo "1. 12 text pages of the shipped stack, $jobs processors"
ours "$jobs" 3
figure 1 "juanku convert --jobs $jobs" "$(of "ours$jobs.real")" "s elapsed"
if installed ocrmypdf && installed img2pdf; then
    peer
    figure 1 "OCRmyPDF --deskew --rotate-pages --jobs $jobs" "$(of peer.real)" "s elapsed"
    figure 1 "OCRmyPDF: characters wrong" "$(errors "$work/peer.txt")" "%"
fi
figure 1 "OCRmyPDF over juanku, elapsed" "$(over peer.real "ours$jobs.real")" "x" ">= 8"
figure 1 "juanku: characters wrong" "$(errors "$work/ours.txt")" "%" "<= 2"
installed tesseract && beside_tesseract
figure 1 "juanku convert --jobs 1" "$(of ours1.cpu)" "s processor"
figure 1 "tesseract on the same pictures, cleaned by us" "$(of alone.cpu)" "s processor"
figure 1 "juanku over tesseract alone, processor time" "$(over ours1.cpu alone.cpu)" "x" "<= 1.15"
