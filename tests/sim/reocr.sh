#!/bin/sh
# juanku reocr: the text of a PDF made anew by a model that is named, its pictures as they
# are; and the old file stays until the new one is whole.
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
    "$juanku" reocr "$@" >"$work/out" 2>"$work/err"
    got=$?
    [ $got = "$want" ] || sed 's/^/# /' "$work/err"
    [ $got = "$want" ]
    say $? "$what (exit code $want)"
}
readers() { # model: how many pages of the PDF say so
    grep -a -o "<stEvt:softwareAgent>tesseract [^<]*</stEvt:softwareAgent><stEvt:parameters>$1 sha256:[0-9a-f]\{64\}" "$2" | wc -l
}

# Pages without text, and the same read at once.
"$juanku" convert --no-ocr -o "$work/blind.pdf" $data/001.jpg $data/003.jpg >/dev/null
"$juanku" convert --model chi_sim -o "$work/once.pdf" $data/001.jpg $data/003.jpg $data/004.jpg >/dev/null
[ "$(readers chi_sim "$work/blind.pdf")" = 0 ] && [ "$(readers chi_sim "$work/once.pdf")" = 2 ]
say $? "each page says who read it, and none that nobody did"
cp "$work/blind.pdf" "$work/read.pdf"
run 0 "pages that were never read" --model chi_sim "$work/read.pdf"
pdftotext "$work/read.pdf" - | grep -q '民事起诉状' && [ "$(readers chi_sim "$work/read.pdf")" = 1 ]
say $? "now they have their text, and say who read it"

# Another model: text and readers are new, and nothing else.
sum=$(sha256sum <"$work/once.pdf")
run 0 "another model, another file" --model chi_sim_best --engine tesseract --report "$work/r.json" \
    --text "$work/t.txt" --rules repo-daemon/data/rules-civil-first-1.json -o "$work/best.pdf" "$work/once.pdf"
[ "$sum" = "$(sha256sum <"$work/once.pdf")" ]
say $? "with --output the old file is left alone"
[ "$(readers chi_sim_best "$work/best.pdf")" = 2 ] && [ "$(readers chi_sim "$work/best.pdf")" = 0 ]
say $? "each page says the new model and its hash"
[ "$(jq -r '[.pages[] | .engine[0:9] + " " + .model] | unique[]' "$work/r.json")" = "tesseract chi_sim_best" ] &&
    jq -e '.pages[0] | .confidence > 60 and (.title.text | contains("起诉状")) and (.doubtful | type) == "array" and (.model_sha256 | length) == 64' "$work/r.json" >/dev/null
say $? "the report says model, confidence, doubts and title"
pdfimages -all "$work/best.pdf" "$work/image"
cmp -s "$work/image-000.jpg" $data/003.jpg && cmp -s "$work/image-001.jpg" $data/004.jpg
say $? "the pictures are the scanner's own bytes still"
[ "$(qpdf --json --json-key=outlines "$work/best.pdf" | jq -c '[.outlines[].title]')" = '["正卷 第1册"]' ]
say $? "the bookmark is still there"
pdftotext "$work/best.pdf" - | tr -d ' \n\f' >"$work/in-pdf"
tr -d ' \n\f' <"$work/t.txt" >"$work/in-text"
[ -s "$work/in-pdf" ] && cmp -s "$work/in-pdf" "$work/in-text"
say $? "the text in the PDF is the text that was read"
qpdf --check-linearization "$work/best.pdf" | grep -q 'no linearization errors'
say $? "the new file is linearised"

# Back to the first model, in place: nothing of the second is left.
chmod 604 "$work/best.pdf"
if [ -x "$(command -v strace)" ]; then
    strace -f --seccomp-bpf -o "$work/calls" -e trace=fsync,rename,renameat,renameat2 \
        "$juanku" reocr --model chi_sim "$work/best.pdf" >/dev/null 2>&1
    grep -E 'fsync|renameat' "$work/calls" | sed 's/^[0-9]* *//; s/(.*//' | tr '\n' ' ' | grep -q 'fsync renameat[0-9]* fsync'
    say $? "the new file is flushed, then named, then its folder flushed"
else
    "$juanku" reocr --model chi_sim "$work/best.pdf" >/dev/null
fi
cmp -s "$work/best.pdf" "$work/once.pdf"
say $? "read by the first model again, the file has its first bytes again"
[ "$(stat -c %a "$work/best.pdf")" = 604 ]
say $? "who may read the file stays as it was"

# What is no file of ours, and what goes wrong: a sentence, and the file stays.
cp "$work/blind.pdf" "$work/kept.pdf"
qpdf --linearize "$work/kept.pdf" "$work/other.pdf"
mutool create -o "$work/foreign.pdf" /dev/null 2>/dev/null
[ -s "$work/foreign.pdf" ] || printf '%%PDF-1.4\n%%%%EOF\n' >"$work/foreign.pdf"
run 2 "a foreign PDF" "$work/foreign.pdf"
grep -q '不是本系统生成的扫描件' "$work/err"
say $? "it is said that the PDF is not ours"
run 2 "a file of ours that another program wrote again" "$work/other.pdf"
grep -q '改动过' "$work/err"
say $? "it is said that the file was changed"
run 2 "a picture" $data/004.jpg
run 2 "a file that is not there" "$work/none.pdf"
run 3 "a model that is not installed" --model xyz_none "$work/kept.pdf"
run 4 "a folder that does not exist" -o "$work/no/such.pdf" "$work/kept.pdf"
run 1 "no file"
run 1 "two files" "$work/kept.pdf" "$work/once.pdf"
run 2 "its text into the file itself" --text "$work/kept.pdf" "$work/kept.pdf"
ln -s kept.pdf "$work/alias.pdf"
run 2 "its report, by another name of the file" --report "$work/alias.pdf" "$work/kept.pdf"
run 2 "text and report into one file" --text "$work/both" --report "$work/both" "$work/kept.pdf"

# Another program writes the same name, or wrote it while the pages were read.
mkfifo "$work/hold"
python3 - "$work/.busy.pdf.new" "$work/hold" <<'END' &
import fcntl, struct, sys
draft = open(sys.argv[1], "wb")
draft.write(b"half a page")
draft.flush()
fcntl.fcntl(draft, 37, struct.pack("hhlli", fcntl.F_WRLCK, 0, 0, 0, 0) + b"\0" * 4)  # F_OFD_SETLK
open(sys.argv[2]).read()
END
until [ -s "$work/.busy.pdf.new" ]; do sleep 0.05; done
sleep 0.2
run 4 "a file that another program is writing" -o "$work/busy.pdf" "$work/kept.pdf"
[ "$(cat "$work/.busy.pdf.new")" = "half a page" ]
say $? "the other's half is left alone"
: >"$work/hold"
wait $!
rm -f "$work/.busy.pdf.new" "$work/hold"
ln -s kept.pdf "$work/.trap.pdf.new"
run 4 "a draft that is a link to something else" -o "$work/trap.pdf" "$work/kept.pdf"
rm "$work/.trap.pdf.new"
cp "$work/blind.pdf" "$work/raced.pdf"
"$juanku" reocr --model chi_sim "$work/raced.pdf" >/dev/null 2>"$work/err" &
sleep 0.3
cp "$work/once.pdf" "$work/newer.pdf"
mv "$work/newer.pdf" "$work/raced.pdf"
wait $!
cmp -s "$work/raced.pdf" "$work/once.pdf" && grep -q '被改动过' "$work/err"
say $? "a file that became another meanwhile stays the other"
"$juanku" reocr --model chi_sim "$work/kept.pdf" >/dev/null 2>&1 &
sleep 0.5
kill -9 $! 2>/dev/null
wait $! 2>/dev/null
cmp -s "$work/kept.pdf" "$work/blind.pdf"
say $? "after all this, and a kill, the old file is whole"
[ -z "$(find "$work" -name '.*.new')" ]
say $? "no draft is left behind"
