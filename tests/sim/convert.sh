#!/bin/sh
# juanku convert on good and bad input: what is kept, what is said, which exit code.
set -u
cd "$(dirname "$0")/../.."
out=${OUT:-out}
juanku=${JUANKU:-$out/bin/juanku}
data=tests/data/stack-1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
say() { # status, what
    [ "$1" = 0 ] && echo "ok - $2" || echo "not ok - $2"
}
run() { # expected exit code, what, arguments...
    want=$1
    what=$2
    shift 2
    "$juanku" convert "$@" >"$work/out" 2>"$work/err"
    got=$?
    [ $got = "$want" ] || sed 's/^/# /' "$work/err"
    [ $got = "$want" ]
    say $? "$what (exit code $want)"
}
pages() {
    qpdf --show-npages "$1" 2>/dev/null
}
has() { # pattern, file, what
    grep -q "$1" "$2"
    say $? "$3"
}

# Good pictures around bad ones.
head -c 100000 $data/003.jpg >"$work/cut.jpg"
: >"$work/empty.jpg"
echo "hello" >"$work/words.png"
printf 'II*\000\010\000\000\000\000\000' >"$work/hollow.tif"
printf '\211PNG\r\n\032\n\000\000\000\rIHDR\000\017\102\100\000\017\102\100\010\002\000\000\000' >"$work/bomb.png"
run 2 "damaged pictures beside good ones" --report "$work/r.json" -o "$work/a.pdf" $data/004.jpg \
    "$work/cut.jpg" "$work/empty.jpg" "$work/words.png" "$work/hollow.tif" "$work/bomb.png" \
    "$work/missing.jpg" "$work" $data/011.jpg
[ "$(pages "$work/a.pdf")" = 2 ]
say $? "the good pages are in the PDF"
for name in cut.jpg empty.jpg words.png hollow.tif bomb.png missing.jpg; do
    has "$name：" "$work/err" "the message names $name"
done
has '"failed"' "$work/r.json" "the report lists what failed"
! grep -q 'ObjectCache\|Empty page' "$work/err"
say $? "libraries do not print between our messages"

# The picture in the PDF is the scanner's own.
run 0 "one page" -o "$work/one.pdf" $data/004.jpg
pdfimages -j "$work/one.pdf" "$work/image" && cmp -s "$work/image-000.jpg" $data/004.jpg
say $? "the PDF holds the capture's bytes unchanged"

# The same input, other workers: the same bytes.
run 0 "two pages, one worker" --jobs 1 -o "$work/b.pdf" $data/004.jpg $data/011.jpg
run 0 "two pages, two workers" --jobs 2 -o "$work/c.pdf" $data/004.jpg $data/011.jpg
cmp -s "$work/b.pdf" "$work/c.pdf"
say $? "the same pictures give the same bytes"
day=$(date -u -r $data/011.jpg +%Y%m%d) && [ $data/004.jpg -nt $data/011.jpg ] && day=$(date -u -r $data/004.jpg +%Y%m%d)
pdfinfo -rawdates "$work/b.pdf" | grep -q "^CreationDate: *D:$day"
say $? "the PDF has the date of the newest picture"

# Many pages in one TIFF, in order; their G4 bits as they are.
run 0 "a TIFF of two pages" --text "$work/t.txt" -o "$work/t.pdf" tests/data/convert/two-pages.tif
[ "$(pages "$work/t.pdf")" = 2 ]
say $? "each picture of a TIFF is a page"
[ "$(tr -cd '\f' <"$work/t.txt" | wc -c)" = 1 ]
say $? "the text file parts two pages by one form feed"
awk 'BEGIN { RS = "\f" } { print NR ": " $0 }' "$work/t.txt" | grep -q '2: .*原告' ||
    awk 'BEGIN { RS = "\f" } NR == 2' "$work/t.txt" | grep -q '原告'
say $? "the pages of a TIFF stand in order"
pdfimages -list "$work/t.pdf" | grep -q ccitt
say $? "G4 stays G4"

# Covers, separators and blanks.
run 0 "a cover, a separator, a blank and a page" --no-ocr --report "$work/k.json" -o "$work/k.pdf" \
    $data/001.jpg $data/002.jpg $data/007.jpg $data/004.jpg
[ "$(pages "$work/k.pdf")" = 1 ]
say $? "only the page is kept"
run 0 "the same with --keep-all" --no-ocr --keep-all --text "$work/k.txt" -o "$work/k.pdf" $data/001.jpg \
    $data/002.jpg $data/007.jpg $data/004.jpg
[ "$(pages "$work/k.pdf")" = 4 ]
say $? "--keep-all keeps all four"
[ -z "$(tr -d '\f' <"$work/k.txt")" ]
say $? "--no-ocr reads nothing"
has 'V44039920260301010027100159' "$work/k.json" "the report names the cover's label"
run 2 "nothing but a blank" -o "$work/none.pdf" $data/007.jpg
[ ! -e "$work/none.pdf" ]
say $? "no empty PDF is left"

# What cannot be written, and words that are wrong.
run 4 "an output folder that does not exist" --no-ocr -o "$work/no/such/a.pdf" $data/004.jpg
if [ -w /dev/full ]; then
    run 4 "a full disk for the text" --text /dev/full -o "$work/f.pdf" $data/004.jpg
fi
run 3 "a model that is not installed" --lang xyz_none -o "$work/m.pdf" $data/004.jpg
run 1 "no output" $data/004.jpg
run 1 "no picture" -o "$work/x.pdf"
run 1 "too many jobs" --jobs 99 -o "$work/x.pdf" $data/004.jpg
run 0 "help" --help
[ -z "$(find "$work" -name '.*.new')" ]
say $? "no draft is left behind"

# One wrong word, and the only copy of a sheet would be gone.
cp $data/004.jpg "$work/p1.jpg"
cp $data/011.jpg "$work/p2.jpg"
cp "$work/one.pdf" "$work/old.pdf"
run 2 "a PDF over a picture that is read" --no-ocr -o "$work/p1.jpg" "$work/p1.jpg" "$work/p2.jpg"
run 2 "a PDF over a picture that is not" --no-ocr -o "$work/p1.jpg" "$work/p2.jpg"
run 2 "text over a picture that is read" --no-ocr --text "$work/p2.jpg" -o "$work/x.pdf" "$work/p1.jpg" "$work/p2.jpg"
cmp -s "$work/p1.jpg" $data/004.jpg && cmp -s "$work/p2.jpg" $data/011.jpg
say $? "the pictures are still there"
run 0 "a PDF over an older one" --no-ocr -o "$work/old.pdf" "$work/p2.jpg"
