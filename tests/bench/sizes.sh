#!/bin/bash
# 5. How large the PDF is beside the pictures that the scanner delivered.
set -u
cd "$(dirname "$0")/../.."
. tests/bench/lib_bench.sh

echo "5. size"
# shellcheck disable=SC2086
"$juanku" convert --no-ocr -o "$work/ours.pdf" $pages >/dev/null 2>&1
# shellcheck disable=SC2086
cat $pages | wc -c >"$work/jpeg"
[ -s "$work/ours.pdf" ] && wc -c <"$work/ours.pdf" >"$work/pdf"
figure 5 "PDF over the scanner's JPEG, exact" "$(over pdf jpeg)" "x" "<= 1.03"
