#!/bin/sh
# Install what is missing, and say what for. `deps.sh demo|all|bench`; apt for Debian's
# packages, asking for sudo only when something is missing; npm comes with the pages.
set -eu
what=${1:-all}

# package|needed for (demo: to build and play the day; all: also to check it; bench: the
# peers of `make bench` too)|why
list='build-essential|demo|compiler and make
pkg-config|demo|finds the libraries
libsane-dev|demo|scanners
sane-utils|all|scanimage, which tries our feeder
libtesseract-dev|demo|text recognition
tesseract-ocr-chi-sim|demo|Chinese model
tesseract-ocr-eng|demo|English model, for lines that are mostly Latin
libleptonica-dev|demo|picture steps
libturbojpeg0-dev|demo|JPEG
libtiff-dev|demo|TIFF and CCITT G4
libpng-dev|demo|PNG
libzbar-dev|demo|barcodes on paper
liblmdb-dev|demo|the store
libmicrohttpd-dev|demo|HTTP server
libcurl4-gnutls-dev|demo|HTTP client
libgnutls28-dev|demo|certificates of stations, and who stands at the end of a TLS line
libjansson-dev|demo|JSON
libssl-dev|demo|hashes, signatures, passwords
libsystemd-dev|demo|event loop and journal
libseccomp-dev|demo|what a process may not do
libmodbus-dev|demo|rack bus
libqrencode-dev|demo|the code on the hand-over sheet
libevdev-dev|demo|barcode readers that play keyboard
libharfbuzz-dev|demo|part of a font for certificates
fonts-droid-fallback|demo|Chinese in certificates
fonts-dejavu-core|demo|figures and Latin in certificates
jq|demo|reads JSON in the day script
curl|all|asks the API in tests
openssl|all|makes certificates for tests, wrong ones too
systemd|all|judges the units
git|all|tells the house checks which files are ours
libcmocka-dev|all|unit tests
golang-go|all|runs the ledger verifier that is not ours
golang-golang-x-mod-dev|all|that verifier: sumdb, tlog and note
spin|all|checks the model of the hand-over
clang|all|second compiler, fuzzers
clang-format|all|one style
libclang-rt-14-dev|all|sanitizers of clang
universal-ctags|all|function sizes
qpdf|all|judge of PDF syntax
poppler-utils|all|renders and reads PDF
mupdf-tools|all|renders PDF a second way
default-jre-headless|all|runs the PDF/A judge
libpdfbox2-java|all|judge of PDF/A
libactivation-java|all|part of that judge
libjaxb-api-java|all|part of that judge
libcommons-logging-java|all|part of that judge
libcommons-io-java|all|part of that judge
libbcprov-java|all|part of that judge
libtiff-tools|all|judge of TIFF masters
libimage-exiftool-perl|all|judge of their tags
zbar-tools|all|reads our printed labels
librsvg2-bin|all|draws our printed labels
mbpoll|all|a Modbus client that is not ours
mandoc|all|judges the manual pages
man-db|all|finds the names on them, as man -k does
udev|all|judges the device rules
umockdev|all|plays barcode readers that are not plugged in
gcc-arm-none-eabi|all|builds the rack for its boards
qemu-system-arm|all|runs those boards
cppcheck|all|judges the firmware
chromium|all|the pages, as people see them
fonts-noto-cjk|all|Chinese on those pages
ocrmypdf|bench|peer: pictures to searchable PDF/A
img2pdf|bench|makes what that peer reads
tesseract-ocr|bench|peer: recognition alone
unpaper|bench|peer: straightening and cleaning
libjpeg-turbo-progs|bench|makes what that peer reads
nginx-light|bench|peer: pages over HTTPS
postgresql|bench|peer: durable rows by 16 clients'

have() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

missing=''
while IFS='|' read -r name scope why; do
    case $what:$scope in demo:all | demo:bench | all:bench) continue ;; esac
    have "$name" && continue
    [ -n "$missing" ] || echo "installing:"
    printf '  %-24s %s\n' "$name" "$why"
    missing="$missing $name"
done <<LIST
$list
LIST
# Node.js runs the bundler; a newer one than Debian's, without its package, will do.
if ! command -v npm >/dev/null; then
    [ -n "$missing" ] || echo "installing:"
    printf '  %-24s %s\n' "nodejs npm" "bundles the pages"
    missing="$missing nodejs npm"
fi
[ -n "$missing" ] || exit 0

sudo=''
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "deps: become root, or install:$missing" >&2; exit 3; }
    sudo=sudo
fi
log=$(mktemp)
# shellcheck disable=SC2086 # a list of words
if ! { $sudo apt-get update && $sudo env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1; then
    tail -20 "$log" >&2
    echo "deps: apt could not install:$missing" >&2
    exit 3
fi
rm -f "$log"
