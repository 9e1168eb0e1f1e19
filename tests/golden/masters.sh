#!/bin/sh
# Masters before other people's judges: tiffinfo decodes every strip, exiftool knows the
# tags, and the pixels are those of the capture.
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
mkdir "$work/masters"
"$juanku" convert --no-ocr --masters "$work/masters" -o "$work/o.pdf" $data/006.jpg $data/007.jpg \
    tests/data/convert/two-pages.tif >/dev/null
say $? "pictures with masters"
[ "$(ls "$work/masters" | tr '\n' ' ')" = "0001-006.tif 0002-007.tif 0003-two-pages-2.tif 0003-two-pages.tif " ]
say $? "each picture has its master, blank backs too, in order"

for tiff in "$work"/masters/*.tif; do
    name=$(basename "$tiff" .tif)
    tiffinfo -D "$tiff" >"$work/said" 2>"$work/trouble" && [ ! -s "$work/trouble" ]
    say $? "tiffinfo decodes $name without a word"
    # Of Exif's short lists of packings and colours exiftool says the same to libtiff's own.
    exiftool -validate -warning -a "$tiff" | grep '^Warning' |
        grep -v 'IFD0 tag 0x0103 Compression\|IFD0 tag 0x0106 PhotometricInterpretation' >"$work/said"
    [ ! -s "$work/said" ] || sed 's/^/# /' "$work/said"
    [ ! -s "$work/said" ]
    say $? "exiftool finds no fault in $name"
done

exiftool -s3 -XMP-jk:CaptureSha256 "$work/masters/0001-006.tif" >"$work/hash"
sha256sum <"$data/006.jpg" | cut -c1-64 | cmp -s - "$work/hash"
say $? "the master names the capture by its hash"
# The strip is the JPEG itself; so libtiff's pixels are libjpeg's.
tail -c +9 "$work/masters/0001-006.tif" | head -c "$(wc -c <$data/006.jpg)" | cmp -s - $data/006.jpg
say $? "the strip is the scanner's JPEG, byte for byte"
tiffcp -c none "$work/masters/0003-two-pages.tif" "$work/one.tif" && tiffcp -c none tests/data/convert/two-pages.tif,0 "$work/other.tif" &&
    tiffcmp "$work/one.tif" "$work/other.tif" 2>/dev/null | grep -q 'Data\|Strip'
[ $? = 1 ]
say $? "a fax picture's pixels are the same"
"$juanku" convert --no-ocr --masters "$work/no/such" -o "$work/o.pdf" $data/006.jpg >/dev/null && [ -s "$work/no/such/0001-006.tif" ]
say $? "a folder that is not there is made"
"$juanku" convert --no-ocr --masters "$work/o.pdf/such" -o "$work/p.pdf" $data/006.jpg >/dev/null 2>"$work/said"
[ $? = 4 ] && grep -q '母版' "$work/said"
say $? "a folder that cannot be made is said"
