#!/bin/sh
# A SANE_CONFIG_DIR with one feeder of pictures in it.
#
#   tools/sane-env.sh FOLDER DIR [WORD VALUE]...     WORD: name, state, serial, feed-ms, ...
#   eval "$(tools/sane-env.sh tests/data/stack-1 out/feeder)"
#   scanimage -L
#
# Prints the two settings that make every SANE program find it. libsane's dll reads
# dll.conf and paper.conf from SANE_CONFIG_DIR, but looks for backends only in the folders
# of LD_LIBRARY_PATH and then in the system's own (/usr/lib/*/sane, /usr/lib/sane), so
# LD_LIBRARY_PATH is needed until `make install` has put the backend there.
# juanku and juanku-stationd find the backend beside themselves without it.
set -eu
[ $# -ge 2 ] || { echo "usage: $0 FOLDER DIR [WORD VALUE]..." >&2; exit 1; }
folder=$(cd "$1" && pwd)
mkdir -p "$2"
dir=$(cd "$2" && pwd)
shift 2
backend=$(cd "$(dirname "$0")/.." && mkdir -p "${OUT:-out}/sane" && cd "${OUT:-out}/sane" && pwd)

echo paper >"$dir/dll.conf"
{
    echo "folder $folder"
    while [ $# -ge 2 ]; do
        echo "$1 $2"
        shift 2
    done
} >"$dir/paper.conf"
echo "export SANE_CONFIG_DIR='$dir'"
echo "export LD_LIBRARY_PATH='$backend'"
