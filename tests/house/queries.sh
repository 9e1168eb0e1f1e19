#!/bin/sh
# Each query that an answer of the repository asks for is one that its web role hands on:
# one that is missing there is simply never set, and nobody is told.
set -u
cd "$(dirname "$0")/../.."
known=$(sed -n '/queries\[\] = {/,/};/p' repo-daemon/http_desk.c)
lost=''
for name in $(grep -oh 'call_query([a-z>-]*, "[a-z_]*"' repo-daemon/*.c | sed 's/.*"\(.*\)"/\1/' | sort -u); do
    case $known in *"\"$name\""*) ;; *) lost="$lost $name" ;; esac
done
[ -n "$known" ] && [ -z "$lost" ] && echo "ok - every query is handed on" || echo "not ok - never handed on:$lost"
