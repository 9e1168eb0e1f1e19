#!/bin/bash
# Three long hours in a store room, played side by side because most of each is waiting: a
# rack goes on while the repository is down, the records are lost and walked together
# again, and racks get other programs.
[ -n "${BASH_VERSION:-}" ] || exec bash "$0" "$@"
set -u
cd "$(dirname "$0")/../.."
said=$(mktemp -d)
trap 'rm -rf "$said"' EXIT
for part in alone walk update; do
    bash "tests/sim/lib_rack_$part.sh" >"$said/$part" 2>&1 &
    pids="${pids:-} $!:$part"
done
for one in $pids; do
    wait "${one%%:*}" || echo "not ok - ${one#*:} ends well ($?)" >>"$said/${one#*:}"
    echo "# ${one#*:}"
    cat "$said/${one#*:}"
done
