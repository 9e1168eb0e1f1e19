#!/bin/sh
# The arrows between folders, and each library behind one file.
set -u
cd "$(dirname "$0")/../.."
bad=0

# folder|what its #include "..." may begin with
arrows='lib/core|core/
lib/sys|core/ sys/
lib/net|core/ sys/ net/
lib/pdfa|core/ sys/ pdfa/
lib/record|core/ sys/ record/
drivers/sane-paper|core/ sys/ record/ drivers/sane-paper/
drivers/scanner|core/ sys/ record/ drivers/scanner/
drivers/barcode|core/ sys/ record/ drivers/barcode/
drivers/rack|core/ sys/ record/ drivers/rack/
firmware/app|core/ app/ hal/ firmware/app/ firmware/hal/
firmware/boot|core/ firmware/app/ firmware/hal/ firmware/boot/
firmware/hal|core/ hal/ firmware/hal/
firmware/port|core/ hal/ app/rack.h firmware/app/rack.h firmware/hal/ firmware/port/
station/page|core/ sys/ record/ pdfa/ station/page/
station|core/ sys/ net/ record/ pdfa/ drivers/ station/
repo-daemon|core/ sys/ net/ record/ pdfa/ drivers/ repo-daemon/
cli|core/ sys/ net/ record/ pdfa/ drivers/scanner/ drivers/barcode/ drivers/rack/ station/page/ repo-daemon/ cli/'

allowed_for() { # longest folder of the table that holds the file
    best=''
    list=''
    while IFS='|' read -r folder may; do
        case $1 in "$folder"/*) [ ${#folder} -gt ${#best} ] && best=$folder && list=$may ;; esac
    done <<ARROWS
$arrows
ARROWS
    echo "$list"
}

for file in $(git ls-files -co --exclude-standard '*.c' '*.h' | grep -v '^tests/'); do
    may=$(allowed_for "$file")
    here=$(dirname "$file")
    for inc in $(sed -n 's/^#include "\(.*\)"/\1/p' "$file"); do
        ok=0
        case $inc in */*) ;; *) [ -e "$here/$inc" ] && ok=1 ;; esac
        for prefix in $may; do case $inc in "$prefix"*) ok=1 ;; esac; done
        [ $ok = 1 ] || { echo "# $file includes $inc"; bad=1; }
    done
done
[ $bad = 0 ] && echo "ok - arrows between folders run one way" || echo "not ok - arrows between folders run one way"

# header|the files that may include it, mostly one (the feeder backend is a program of its own)
bad=0
while IFS='|' read -r header home; do
    for file in $(git ls-files -co --exclude-standard '*.c' '*.h' | grep -v -e '^tests/' -e '^drivers/sane-paper/' | xargs grep -lE "^#include <$header>"); do
        ok=0
        for place in $home; do case $file in $place) ok=1 ;; esac; done
        [ $ok = 1 ] || { echo "# $file includes <$header>, which belongs to $home"; bad=1; }
    done
done <<'HEADERS'
sane/sane.*|drivers/scanner/scanner_sane.c
modbus.*|drivers/rack/rack_modbus.c
libevdev/.*|drivers/barcode/barcode_evdev.c
tesseract/.*|station/page/ocr_tesseract.c
qrencode.h|lib/record/qr.c
zbar.h|station/page/labels.c
turbojpeg.h|lib/record/jpeg.c
tiffio.h|station/page/tiff.c
leptonica/.*|station/page/*
allheaders.h|station/page/*
lmdb.h|repo-daemon/store_lmdb*.[ch]
microhttpd.h|lib/net/http_*.[ch]
curl/.*|lib/net/http_client.c
gnutls/.*|lib/net/*cert.c lib/net/http_line.c
openssl/.*|lib/sys/hash*.c
seccomp.h|lib/sys/role.c
hb.*|lib/pdfa/*.c
libpq-fe.h|repo-daemon/store_postgres.c
HEADERS
[ $bad = 0 ] && echo "ok - each library stands behind its own file" || echo "not ok - each library stands behind its own file"

bad=0
work=$(mktemp -d)
flags=$(pkg-config --cflags libsystemd jansson lept libmodbus harfbuzz)
for header in $(git ls-files -co --exclude-standard '*.h' | grep -v '^tests/'); do
    echo "#include \"$header\"" >"$work/alone.c"
    # shellcheck disable=SC2086
    gcc -std=c11 -D_GNU_SOURCE -I. -Ilib -Ifirmware $flags -fsyntax-only "$work/alone.c" 2>"$work/err" ||
        { echo "# $header: $(head -1 "$work/err")"; bad=1; }
done
rm -rf "$work"
[ $bad = 0 ] && echo "ok - every header compiles alone" || echo "not ok - every header compiles alone"
