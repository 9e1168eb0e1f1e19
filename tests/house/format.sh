#!/bin/sh
# clang-format finds nothing to change.
set -u
cd "$(dirname "$0")/../.."
bad=$(git ls-files -co --exclude-standard '*.c' '*.h' | grep -v '^tests/data/' |
    xargs clang-format --dry-run 2>&1 | sed -n 's/: warning:.*//p' | cut -d: -f1 | sort | uniq -c)
[ -z "$bad" ] && echo "ok - clang-format has nothing to say" || { echo "$bad" | sed 's/^/# /'; echo "not ok - clang-format has nothing to say"; }
