#!/bin/sh
# embed.sh station|repo GENDIR
#
# Makes one page into C: the modules and style sheets of its folder (with the shared
# ones of web/) become app.js and app.css, each one file without outside addresses, and
# GENDIR/web_NAME.c keeps them in the program as http_assets[] (lib/net/http_server.h).
# The bytes are taken in by .incbin, so a large page costs the compiler nothing.
set -eu
cd "$(dirname "$0")/.."

name=$1
gen=$2
case $name in
station) from=station/web ;;
repo) from=repo-daemon/web ;;
*)
    echo "embed.sh: there is no page named '$name'" >&2
    exit 1
    ;;
esac
case $gen in
/*) ;;
*) gen=$PWD/$gen ;;
esac
to=$gen/web_$name

rm -rf "$to"
mkdir -p "$to"
node_modules/.bin/esbuild "$from/main.js" --bundle --minify --format=esm --target=es2022 \
    --charset=utf8 --legal-comments=none --log-level=warning --outfile="$to/app.js"
node_modules/.bin/esbuild "$from/app.css" --bundle --minify --charset=utf8 \
    --log-level=warning --outfile="$to/app.css"
cp "$from/index.html" web/icon.svg "$to/"

type_of() {
    case $1 in
    *.html) echo "text/html; charset=utf-8" ;;
    *.js) echo "text/javascript; charset=utf-8" ;;
    *.css) echo "text/css; charset=utf-8" ;;
    *.svg) echo "image/svg+xml" ;;
    *)
        echo "embed.sh: no content type for $1" >&2
        exit 1
        ;;
    esac
}

{
    echo '#include "net/http_server.h"'
    count=0
    for file in "$to"/*; do
        printf '__asm__(".section .rodata\\nasset_%s:\\n.incbin \\"%s\\"\\nasset_%s_end:\\n.byte 0\\n.previous\\n");\n' \
            "$count" "$file" "$count"
        printf 'extern const unsigned char asset_%s[], asset_%s_end[];\n' "$count" "$count"
        count=$((count + 1))
    done
    echo 'const struct http_asset http_assets[] = {'
    count=0
    for file in "$to"/*; do
        type=$(type_of "$file")
        printf '    { "/%s", "%s", asset_%s, asset_%s_end },\n' \
            "${file##*/}" "$type" "$count" "$count"
        count=$((count + 1))
    done
    echo '    { 0 },'
    echo '};'
} > "$gen/web_$name.c"
