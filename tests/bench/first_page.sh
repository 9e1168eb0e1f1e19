#!/bin/bash
# 5. How much of a volume of 1,000 pages must come before its first page is on the screen.
set -u
cd "$(dirname "$0")/../.."
. tests/bench/lib_bench.sh

installed chromium || { echo "# first page: chromium is missing"; exit 0; }
echo "5. first page of 1,000"
PAGES=1001 MOST=3000000 sh tests/web/first_page.sh >"$work/said"
sed 's/^ok - //' "$work/said"
share=$(sed -n 's/^ok - page 1 is drawn when \([0-9]*\) of \([0-9]*\) .*/\1 \2/p' "$work/said" | awk '{ printf "%.4f", $1 / $2 }')
figure 5 "of a volume of 1,000 pages, come before page 1 is drawn" "${share:-}" "x" "<= 0.01"
