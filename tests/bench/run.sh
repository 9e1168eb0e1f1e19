#!/bin/bash
# Speed beside peers, as ratios of one run on one machine: never a test that may fail.
# Peers come from Debian: tesseract-ocr, ocrmypdf (apt-get install them to get the rows).
set -u
cd "$(dirname "$0")/../.."
out=${OUT:-out}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
stack=tests/data/stack-1
pages=$(awk -F'\t' 'NR > 1 && $2 !~ /^(cover|separator)/ && $7 != "blank" { print "'$stack'/" $1 }' $stack/manifest.tsv)
jobs=$(nproc)

# measure NAME COMMAND...: "elapsed cpu rss" into $work/NAME
measure() {
    name=$1
    shift
    TIMEFORMAT='%R %U %S'
    { time "$@" >"$work/$name.out" 2>&1; } 2>"$work/$name.time" || { echo "  ($name failed: $(tail -1 "$work/$name.out"))"; return 1; }
    awk '{ printf "%.2f %.2f\n", $1, $2 + $3 }' "$work/$name.time" >"$work/$name"
}
show() { # TEXT NAME
    [ -s "$work/$2" ] && awk -v t="$1" '{ printf "%-52s %7.2f s elapsed  %7.2f s processor\n", t, $1, $2 }' "$work/$2"
}
ratio() { # TEXT A B FIELD: A over B
    [ -s "$work/$2" ] && [ -s "$work/$3" ] || return
    awk -v t="$1" -v f="$4" 'NR == FNR { a = $f; next } { printf "%-52s %7.2f x\n", t, a / $f }' "$work/$2" "$work/$3"
}

# shellcheck disable=SC2086
{
    measure ours "$out/bin/juanku" convert --jobs "$jobs" --text "$work/ours.txt" -o "$work/ours.pdf" $pages
    measure ours_plain "$out/bin/juanku" convert --jobs 1 --no-ocr -o "$work/plain.pdf" $stack/*.jpg
    command -v tesseract >/dev/null && measure tesseract sh -c 'for p; do OMP_THREAD_LIMIT=1 tesseract "$p" - -l chi_sim; done' sh $pages
    if command -v ocrmypdf >/dev/null && command -v img2pdf >/dev/null; then
        img2pdf $pages -o "$work/in.pdf" && measure ocrmypdf ocrmypdf -l chi_sim --deskew --rotate-pages --output-type pdfa-1 --jobs "$jobs" "$work/in.pdf" "$work/peer.pdf"
    fi
}
echo "12 text pages of the shipped stack, $jobs processors:"
show "juanku convert --jobs $jobs" ours
show "tesseract -l chi_sim, one page after the other" tesseract
show "ocrmypdf --deskew --rotate-pages --jobs $jobs" ocrmypdf
ratio "processor time of convert over plain tesseract" ours tesseract 2
ratio "ocrmypdf over convert, elapsed" ocrmypdf ours 1
echo "22 pictures without recognition, one worker:"
show "juanku convert --no-ocr" ours_plain
