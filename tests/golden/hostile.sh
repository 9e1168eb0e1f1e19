#!/bin/bash
# Damaged and malicious files through `juanku convert`: each is a page or a clear sentence,
# no worker dies or hangs, no process needs a gigabyte, the good neighbours are in the PDF
# and no input is touched. Our own made cases always; the foreign collection where it is.
[ -n "${BASH_VERSION:-}" ] || exec bash "$0" "$@"
set -u
cd "$(dirname "$0")/../.."
out=${OUT:-out}
juanku=$out/bin/juanku
good=tests/data/stack-1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
say() { [ "$1" = 0 ] && echo "ok - $2" || echo "not ok - $2"; }
PAGE_MS=15000 MEMORY=$((1 << 30))

# judge NAME FILE...: one run over all, good pages first and last
judge() {
    name=$1
    shift
    cat "$@" | sha256sum >"$work/before"
    prlimit --as=$MEMORY "$juanku" convert ${OCR:---no-ocr} --keep-all --jobs 2 --report "$work/r.json" \
        -o "$work/o.pdf" $good/004.jpg "$@" $good/011.jpg >"$work/said" 2>"$work/err"
    [ $? = 2 ]
    say $? "$name: the exit code says that something was unusable"
    jq -r '(.pages[].file), (.failed[].file)' "$work/r.json" | sort -u >"$work/told"
    printf '%s\n' "$@" | sort -u | comm -23 - "$work/told" >"$work/silent"
    sed 's/^/# nothing is said of /' "$work/silent"
    [ ! -s "$work/silent" ]
    say $? "$name: each of $# files is a page or has a sentence"
    jq -r '.failed[] | "\(.file)\t\(.sentence)"' "$work/r.json" >"$work/sentences"
    grep -P '\t(?!.*[\x{4e00}-\x{9fff}])' "$work/sentences" | sed 's/^/# /'
    ! grep -qP '\t(?!.*[\x{4e00}-\x{9fff}])' "$work/sentences"
    say $? "$name: the sentences are for the people who read them"
    grep -E "$DIED" "$work/sentences" | sed 's/^/# /'
    ! grep -qE "$DIED" "$work/sentences"
    say $? "$name: no worker died or hung, within 1 GiB"
    jq -e "[.pages[].ms | .read + .clean + .ocr + .write] | max < $PAGE_MS" "$work/r.json" >/dev/null
    say $? "$name: no page took longer than $((PAGE_MS / 1000)) s"
    jq -e "[.pages[] | select(.file == \"$good/004.jpg\" or .file == \"$good/011.jpg\")] | length == 2" "$work/r.json" >/dev/null &&
        qpdf --check "$work/o.pdf" >"$work/qpdf" 2>&1
    say $? "$name: the good pages around them are in a sound PDF"
    cat "$@" | sha256sum | cmp -s - "$work/before"
    say $? "$name: no input was touched"
}
# What the pool says when a worker ends badly (station/page/pool.c).
DIED=$(sed -n 's/.*"\(这一页[^"]*\)".*/\1/p' station/page/pool.c | paste -sd'|')
[ -n "$DIED" ]
say $? "the sentences for a dead worker are known: $DIED"

# Made here, the same each time: cut off, bytes changed, sizes that lie, other kinds.
mkdir "$work/made"
size=$(stat -c %s $good/004.jpg)
for n in 1 2 3 5 8 13 21 34 55 89; do
    head -c $((size * n / 100)) $good/004.jpg >"$work/made/cut-$n.jpg"
done
cp tests/data/convert/two-pages.tif "$work/made/whole.tif"
tif=$(stat -c %s "$work/made/whole.tif")
for n in 4 9 30 60 95; do head -c $((tif * n / 100)) "$work/made/whole.tif" >"$work/made/cut-$n.tif"; done
spoil() { # FILE SEED: 40 bytes of it become others
    awk -v seed="$2" -v size="$(stat -c %s "$1")" 'BEGIN { srand(seed); for (i = 0; i < 40; i++) printf "%d %d\n", rand() * size, rand() * 256 }' |
        while read -r at byte; do
            printf "$(printf '\\%03o' "$byte")" | dd of="$1" bs=1 seek="$at" conv=notrunc status=none
        done
}
for n in 1 2 3 4 5 6 7 8; do
    cp $good/004.jpg "$work/made/spoilt-$n.jpg" && spoil "$work/made/spoilt-$n.jpg" $n
    cp tests/data/convert/two-pages.tif "$work/made/spoilt-$n.tif" && spoil "$work/made/spoilt-$n.tif" $((n + 50))
done
: >"$work/made/empty.jpg"
echo "<html>" >"$work/made/page.jpg"
printf 'GIF89a\001\000\001\000\200\000\000' >"$work/made/a.gif"
printf '%%PDF-1.4\n%%\342\343\317\323\n1 0 obj\n' >"$work/made/a.pdf"
printf '\211PNG\r\n\032\n\000\000\000\rIHDR\177\377\377\377\177\377\377\377\010\002\000\000\000' >"$work/made/bomb.png"
printf 'BM\377\377\377\177\000\000\000\000\066\000\000\000\050\000\000\000\377\377\000\000\377\377\000\000\001\000\030\000' >"$work/made/bomb.bmp"
printf 'II*\000\010\000\000\000\001\000\000\001\003\000\001\000\000\000\377\377\000\000\010\000\000\000' >"$work/made/loop.tif"
judge "made here" "$work"/made/*

foreign=${SAMPLES:-../shared/data}/hostile
if [ -d "$foreign" ]; then
    files=()
    while IFS=$'\t' read -r file _; do files+=("$foreign/$file"); done < <(tail -n +2 "$foreign/manifest.tsv")
    judge "foreign" "${files[@]}"
    # Those that are pages, with recognition.
    mapfile -t pages < <(jq -r '.pages[].file' "$work/r.json" | grep hostile | sort -u)
    OCR='--lang chi_sim' judge "foreign, read" "${pages[@]}" "$foreign/broken_data_stream.png"
fi
exit 0
