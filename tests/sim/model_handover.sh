#!/bin/sh
# The model of the hand-over (tests/model/handover.pml), every state of it; and with a
# check taken out of the repository, where a claim must break.
set -u
cd "$(dirname "$0")/../.."
model=$PWD/tests/model/handover.pml
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

look() { # FLAG...: what the verifier says, into said
    spin "$@" -a "$model" >gen 2>&1 && gcc -O2 -w -DSAFETY -DCOLLAPSE -o pan pan.c &&
        ./pan -m400000 -w24 >said 2>&1
    grep -E '^State-vector|states, stored' said | tr '\n' ' ' | sed 's/^/# /'
    echo
}

look
if grep -q 'errors: 0' said && ! grep -qE 'Search not completed|max search depth' said; then
    echo "ok - one custodian at every moment, nothing twice, over all states"
else
    grep -v '^$' said | head -20 | sed 's/^/# /'
    echo "not ok - one custodian at every moment, nothing twice, over all states"
fi
for flag in -DNO_VERSION -DNO_ID; do
    look $flag
    if grep -q 'assertion violated' said; then
        echo "ok - without that check ($flag) a claim breaks"
    else
        echo "not ok - without that check ($flag) a claim breaks"
    fi
done
