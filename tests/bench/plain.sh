#!/bin/bash
# 2. Pictures without recognition: labels, straightening, blank test, judgement, PDF/A page.
# 88 A4 pictures of 300 dpi in colour, beside unpaper on four of them.
set -u
cd "$(dirname "$0")/../.."
. tests/bench/lib_bench.sh

echo "2. A4, 300 dpi colour, without recognition"
# shellcheck disable=SC2086
measure plain 5 "$juanku" convert --jobs 2 --no-ocr -o "$work/plain.pdf" $stack/*.jpg $stack/*.jpg $stack/*.jpg $stack/*.jpg
echo 88 >"$work/count"
figure 2 "juanku convert --no-ocr --jobs 2" "$(over count plain.real 60)" "images/min" ">= 1000"
figure 2 "the same, two whole processors for it alone" "$(over count plain.cpu 120)" "images/min" ">= 2000"
figure 2 "processor time of a picture" "$(of plain.cpu 0.01136364)" "s"
if installed unpaper && installed djpeg; then
    for n in 003 004 009 018; do djpeg -pnm $stack/$n.jpg >"$work/$n.ppm"; done
    measure unpaper 1 sh -c 'cd "$1" && for n in 003 004 009 018; do unpaper -q $n.ppm out-$n.ppm; done' sh "$work"
    figure 2 "unpaper, processor time of a picture" "$(of unpaper.cpu 0.25)" "s"
fi
figure 2 "unpaper over juanku, processor time" "$(over unpaper.cpu plain.cpu 22)" "x" ">= 30"
