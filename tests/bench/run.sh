#!/bin/bash
# Speed, size and errors beside peers, as ratios of one run on one machine: never a test
# that may fail. Peers come from Debian (README.md); a row without its peer is left out.
set -u
cd "$(dirname "$0")/../.."
out=${OUT:-out}
juanku=$out/bin/juanku
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
stack=tests/data/stack-1
pages=$(awk -F'\t' 'NR > 1 && $2 !~ /^(cover|separator)/ && $7 != "blank" { print "'$stack'/" $1 }' $stack/manifest.tsv)
jobs=$(nproc)
export OMP_THREAD_LIMIT=1

# measure NAME COMMAND...: "elapsed cpu" into $work/NAME
measure() {
    name=$1
    shift
    TIMEFORMAT='%R %U %S'
    { time "$@" >"$work/$name.out" 2>&1; } 2>"$work/$name.time" || { echo "  ($name failed: $(tail -1 "$work/$name.out"))"; return 1; }
    awk '{ printf "%.2f %.2f\n", $1, $2 + $3 }' "$work/$name.time" >"$work/$name"
}
has() { command -v "$1" >/dev/null; }
show() { # TEXT NAME
    [ -s "$work/$2" ] && awk -v t="$1" '{ printf "%-60s %7.2f s elapsed  %7.2f s processor\n", t, $1, $2 }' "$work/$2"
}
ratio() { # TEXT A B FIELD WANT SCALE: A over B, times SCALE
    [ -s "$work/$2" ] && [ -s "$work/$3" ] || return
    awk -v t="$1" -v f="$4" -v w="$5" -v k="${6:-1}" 'NR == FNR { a = $f; next } { printf "%-60s %7.2f x   (wanted: %s)\n", t, k * a / $f, w }' "$work/$2" "$work/$3"
}
errors() { # TEXT FILE WANT: characters wrong over the 12 pages
    [ -s "$2" ] || return
    cat ${pages//.jpg/.txt} | tr -d '\f' >"$work/truth"
    tr -d '\f' <"$2" >"$work/read"
    "$out/tests/golden/cer" "$work/truth" "$work/read" | awk -v t="$1" -v w="$3" '$3 == "total" { printf "%-60s %8s    (wanted: %s)\n", t, $1, w }'
}

make -s OUT="$out" "$out/tests/bench/cleaned" "$out/tests/golden/cer" || exit 1

echo "1. 12 text pages of the shipped stack, $jobs processors"
# shellcheck disable=SC2086
{
    measure ours "$juanku" convert --jobs "$jobs" --text "$work/ours.txt" -o "$work/ours.pdf" $pages
    measure ours1 "$juanku" convert --jobs 1 -o "$work/ours.pdf" $pages
    show "juanku convert --jobs $jobs" ours
    show "juanku convert --jobs 1" ours1
    errors "juanku: characters wrong" "$work/ours.txt" "<= 2 %"
    if has tesseract; then
        mkdir "$work/cleaned" && "$out/tests/bench/cleaned" "$work/cleaned" $pages
        ls "$work"/cleaned/*.pnm >"$work/list"
        measure alone tesseract "$work/list" "$work/alone" -l chi_sim --dpi 188
        show "tesseract -l chi_sim, the pictures cleaned by us" alone
        ratio "processor time of convert over that" ours1 alone 2 "<= 1.15"
    fi
    if has ocrmypdf && has img2pdf; then
        img2pdf $pages -o "$work/in.pdf"
        measure ocrmypdf ocrmypdf -l chi_sim --deskew --rotate-pages --output-type pdfa-1 --jobs "$jobs" --sidecar "$work/peer.txt" "$work/in.pdf" "$work/peer.pdf"
        show "ocrmypdf --deskew --rotate-pages --jobs $jobs" ocrmypdf
        errors "ocrmypdf: characters wrong" "$work/peer.txt" "-"
        ratio "ocrmypdf over convert, elapsed" ocrmypdf ours 1 ">= 8"
    fi
}

echo "2. 88 pictures of A4, 300 dpi colour, without recognition"
# shellcheck disable=SC2086
{
    measure plain "$juanku" convert --jobs 2 --no-ocr -o "$work/plain.pdf" $stack/*.jpg $stack/*.jpg $stack/*.jpg $stack/*.jpg
    show "juanku convert --no-ocr --jobs 2" plain
    [ -s "$work/plain" ] && awk '{ printf "%-60s %7.0f     (wanted: >= 1000, aim 2000)\n%-60s %7.0f\n", "images a minute", 88 * 60 / $1, "images a minute, two processors for itself", 88 * 120 / $2 }' "$work/plain"
    if has unpaper && has djpeg; then
        for n in 003 004 009 018; do djpeg -pnm $stack/$n.jpg >"$work/$n.ppm"; done
        measure unpaper sh -c 'cd "$1" && for n in 003 004 009 018; do unpaper -q $n.ppm out-$n.ppm; done' sh "$work"
        show "unpaper, 4 of these pages" unpaper
        ratio "unpaper over convert, processor time of a page" unpaper plain 2 ">= 30" 22
    fi
}

echo "5. size"
# shellcheck disable=SC2086
if [ -s "$work/ours.pdf" ]; then
    cat $pages | wc -c >"$work/jpeg"
    wc -c <"$work/ours.pdf" >"$work/pdf"
    ratio "PDF over the scanner's JPEG" pdf jpeg 1 "<= 1.03"
fi

if [ -d ../shared/data/barcodes ]; then
    echo "6. labels"
    OUT=$out sh tests/golden/samples.sh barcodes | sed -n 's/^# //p'
fi
echo "rack firmware:"
sh tests/bench/firmware.sh || true
