#!/bin/sh
# Everything compiles without a warning with clang too, and unit, contract and fuzz
# corpora hold under ASan and UBSan.
set -u
cd "$(dirname "$0")/../.."
unset MAKEFLAGS MFLAGS MAKELEVEL
OUT=out
export OUT
make --no-print-directory check-clang >out/test-logs/clang.txt 2>&1 &&
    echo "ok - clang has no warning" || { tail -5 out/test-logs/clang.txt | sed 's/^/# /'; echo "not ok - clang has no warning"; }
make --no-print-directory check-asan >out/test-logs/asan.txt 2>&1 &&
    echo "ok - $(tail -1 out/test-logs/asan.txt) under ASan and UBSan" ||
    { grep -v ' 0 failed' out/test-logs/asan.txt | tail -40 | sed 's/^/# /'; echo "not ok - tests under ASan and UBSan"; }
