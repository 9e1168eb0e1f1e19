#!/bin/sh
# The manual pages tell the truth: every command and every setting of the tables stands on
# its page and nothing else does, a setting with its bounds and preset, the daemons with
# their options; mandoc has no complaint, and man finds each name.
set -u
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
say() { [ "$1" = 0 ] && echo "ok - $2" || echo "not ok - $2"; }
same() { # what the source has, what the page has, sentence
    [ -s "$1" ] && diff "$1" "$2" >"$work/diff"
    status=$?
    [ "$status" = 0 ] || sed 's/^/# /' "$work/diff"
    say "$status" "$3"
}
section() { sed -n "/^\.Sh $2\$/,/^\.Sh /p" "$1"; }

# "name least-most preset" of each row; least and most only where it is a number
settings_of_table() {
    tr '\n' ' ' <"$1" |
        grep -oE '(UINT|TEXT|BOOL)\([^"(]*"[^"]+",[^"()]*"[^"]*"' |
        sed -E 's/^(UINT|TEXT|BOOL)\([^"]*"([^"]+)",([^"]*)"([^"]*)"$/\1|\2|\3|\4/' |
        awk -F'|' '{ bounds = $3; gsub(/ /, "", bounds); sub(/,$/, "", bounds); sub(/,/, "–", bounds)
            kind = $1 == "UINT" ? "整数，" bounds : $1 == "BOOL" ? "yes 或 no" : "文字"
            print $2 "|" kind "|" ($4 == "" ? "空" : $4) }' | sort
}
# The same of a page, where the line behind the name is "kind[, unit]; preset".
settings_of_page() {
    section "$1" 设置 |
        awk '/^\.It Va / { name = $3; getline line; at = index(line, "；预设 ")
            kind = substr(line, 1, at - 1); preset = substr(line, at + length("；预设 "))
            sub(/。$/, "", preset)
            if (split(kind, part, "，") > 2) kind = part[1] "，" part[2]
            print name "|" kind "|" preset }' | sort
}
for daemon in repod:repo-daemon stationd:station; do
    page=docs/man/juanku-${daemon%%:*}.conf.5
    source=${daemon#*:}/settings.c
    settings_of_table "$source" >"$work/table"
    settings_of_page "$page" >"$work/page"
    # A row that is written in another way must not be passed over.
    rows=$(sed -n '/_settings_keys\[\] = {/,/^};/p' "$source" | grep -cE '^ +(CONF_KEY_)?(UINT|TEXT|BOOL)\(')
    [ "$rows" -gt 10 ] && [ "$rows" = "$(wc -l <"$work/table")" ]
    say $? "all $rows rows of $source are read"
    same "$work/table" "$work/page" "settings, bounds and presets of $source are those of $(basename "$page")"
done

sed -n '/commands\[\] = {/,/^};/p' cli/main.c | sed -nE 's/^ +\{ "([a-z]+)", cmd_.*/\1/p' | sort >"$work/table"
section docs/man/juanku.1 命令 | sed -n 's/^\.It Cm //p' | sort >"$work/page"
same "$work/table" "$work/page" "the commands of juanku are those of juanku.1"

for daemon in repod:repo-daemon stationd:station; do
    page=docs/man/juanku-${daemon%%:*}.8
    sed -n '/usage\[\] =/,/;$/p' "${daemon#*:}/main.c" | grep -v 'juanku repo init' |
        grep -oE -e '--[a-z]+' | sort -u >"$work/table"
    sed -nE 's/^\.It Fl -([a-z]+).*/--\1/p' "$page" | sort >"$work/page"
    same "$work/table" "$work/page" "the options of juanku-${daemon%%:*} are those of $(basename "$page")"
done

grep -ohE 'getenv\("[A-Z_]+"' -r cli station --include='*.c' | cut -d'"' -f2 | grep -v '^HOME$' | sort -u >"$work/table"
cat docs/man/juanku.1 docs/man/juanku-stationd.8 | sed -n 's/^\.It Ev //p' | sort -u >"$work/page"
same "$work/table" "$work/page" "the environment variables are those of the pages"

for page in docs/man/*; do
    name=$(basename "$page")
    # mandoc knows the first heading in English only
    sed 's/^\.Sh 名称$/.Sh NAME/' "$page" >"$work/$name"
    mandoc -K utf-8 -T lint -W warning "$work/$name" >"$work/said" 2>&1 && [ ! -s "$work/said" ]
    status=$?
    [ "$status" = 0 ] || sed 's/^/# /' "$work/said"
    say "$status" "mandoc has no complaint about $name"
    lexgrog -m "$page" 2>/dev/null | grep -qF "\"${name%.*} - "
    say $? "man -k finds ${name%.*} on $name"
done
exit 0
