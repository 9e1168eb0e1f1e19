#!/bin/bash
# 6. Codes read beside zbarimg, on pictures that are not shipped.
set -u
cd "$(dirname "$0")/../.."
. tests/bench/lib_bench.sh

[ -d ../shared/data/barcodes ] || { echo "6. labels: no pictures on this machine"; exit 0; }
echo "6. labels"
OUT=$out sh tests/golden/samples.sh barcodes >"$work/said"
read -r _ ours _ all _ _ _ peer <<<"$(grep 'codes right' "$work/said")"
figure 6 "zbarimg: codes right of $all" "${peer:-}" "pictures"
figure 6 "juanku: codes right of $all" "${ours:-}" "pictures" ">= ${peer:-40}"
