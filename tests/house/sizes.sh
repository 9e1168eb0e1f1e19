#!/bin/sh
# Ceilings: a file 500 lines, a function 60 (its table not counted), 20 functions a file,
# no goto, the Makefile 150 lines; and no promise of work that is not done.
set -u
cd "$(dirname "$0")/../.."
files=$(git ls-files -co --exclude-standard '*.c' '*.h' | grep -v '^tests/data/')
say() { [ -z "$2" ] && echo "ok - $1" || { echo "$2" | sed 's/^/# /'; echo "not ok - $1"; }; }

# shellcheck disable=SC2086
say "no file is over 500 lines" "$(wc -l $files | awk '$2 != "total" && $1 > 500 { print $2 ": " $1 }')"
say "the Makefile is at most 150 lines" "$(wc -l <Makefile | awk '$1 > 150')"
product=$(echo "$files" | grep -v '^tests/')
# shellcheck disable=SC2086
ctags -x --c-kinds=f --_xformat='%N %F %n %e' $product 2>/dev/null >"${TMPDIR:-/tmp}/functions.$$"
say "no function is over 60 lines" "$(awk 'NF == 4 && $4 - $3 + 1 > 60 { print $2 ":" $3 " " $1 ": " $4 - $3 + 1 }' "${TMPDIR:-/tmp}/functions.$$")"
say "at most 20 functions a file" "$(awk '{ n[$2]++ } END { for (f in n) if (n[f] > 20) print f ": " n[f] }' "${TMPDIR:-/tmp}/functions.$$")"
rm -f "${TMPDIR:-/tmp}/functions.$$"
# shellcheck disable=SC2086
say "no goto" "$(grep -nE '^\s*goto ' $product)"
# shellcheck disable=SC2086
say "nothing is promised for later" "$(grep -nE '\b(TODO|FIXME|XXX|HACK)\b' $product)"
