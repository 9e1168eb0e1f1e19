#!/bin/sh
# Quirks name options and words of other people's drivers. Where such a driver is installed
# (Debian's libsane1 has most), each name must stand in it: a misspelt quirk is one that
# does nothing, and nobody would see it until a double feed went unseen.
set -u
cd "$(dirname "$0")/../.."
folders=$(ls -d /usr/lib/*/sane /usr/lib/sane "${OUT:-out}/sane" 2>/dev/null)
checked=0
bad=0
library_of() { # BACKEND
    for folder in $folders; do
        [ -e "$folder/libsane-$1.so.1" ] && echo "$folder/libsane-$1.so.1" && return
    done
}
stands() { # WORD WHERE: the word as a whole is one of the texts of the library
    tr '\0' '\n' <"$library" | LC_ALL=C grep -aqF -- "$1" && return
    echo "# $2: '$1' is not in $library"
    bad=$((bad + 1))
}
while IFS= read -r line; do
    case $line in
    '['*) backend=${line#\[} && backend=${backend%%:*} && library=$(library_of "$backend") ;;
    why* | '#'* | '' | height* | settle-ms* | lineart*) ;;
    *)
        [ -n "$library" ] || continue
        value=${line#*= }
        [ "$value" = no ] && continue
        checked=$((checked + 1))
        case $line in
        sensor.*) stands "$value" "[$backend] ${line%% *}" ;;
        source.*) stands "$value" "[$backend] ${line%% *}" ;;
        *)
            rest=$value
            while [ -n "$rest" ]; do
                pair=${rest%%; *}
                [ "$pair" = "$rest" ] && rest='' || rest=${rest#*; }
                stands "${pair%%=*}" "[$backend] ${line%% *}"
                case ${pair#*=} in yes | no) ;; *) stands "${pair#*=}" "[$backend] ${line%% *}" ;; esac
            done
            ;;
        esac
        ;;
    esac
done <<QUIRKS
$(cat drivers/quirks/*.conf)
QUIRKS

# And each key is read by the driver: one that is only parsed does nothing either.
keys=0
unread=''
while read -r key field; do
    keys=$((keys + 1))
    [ "$key" = why ] && continue # for people
    grep -qE "quirk(\.|->)$field\b" drivers/scanner/scanner*.c || unread="$unread $key"
done <<KEYS
$(sed -n 's/^ *KEY("\([^"]*\)", \([a-z_]*\).*/\1 \2/p' drivers/scanner/quirk.c)
KEYS
[ -z "$unread" ] && [ $keys -ge 15 ] && echo "ok - the driver reads each of $keys keys of quirks" ||
    echo "not ok - of $keys keys nothing reads:$unread"
[ $bad = 0 ] && [ $checked -ge 12 ] && echo "ok - $checked quirks name what their drivers have" ||
    echo "not ok - $checked quirks checked, $bad name what is not there"
