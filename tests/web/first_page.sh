#!/bin/sh
# A volume over the wire: its first page is on the screen of a real reader before the file
# has come. PAGES (35) as many, MOST (1500000) bytes are delivered and not one more.
set -u
cd "$(dirname "$0")/../.."
out=${OUT:-out}
data=tests/data/stack-1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
list=''
count=0
while [ $count -lt "${PAGES:-35}" ]; do
    for page in 003 004 011 015 016 018 019; do list="$list $data/$page.jpg"; done
    count=$((count + 7))
done
# shellcheck disable=SC2086
"$out/bin/juanku" convert --no-ocr -o "$work/volume.pdf" $list >/dev/null || echo "not ok - a volume of $count pages"
qpdf "$work/volume.pdf" "$work/twin.pdf"
timeout 120 node tests/web/first_page.mjs "$work/volume.pdf" "$work/twin.pdf" "${MOST:-1500000}"
