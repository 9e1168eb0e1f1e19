#!/bin/sh
# The paper feeder as other people's programs see it: scanimage, through libsane's dll.
# Prints TAP. The stack is the shipped one; tables and state live in a scratch folder.
set -u
cd "$(dirname "$0")/../.."
out=${OUT:-out}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fine="--resolution 75 --mode Gray"

# A stack that may be written to: the pictures are links, the tables are ours.
stack() { # name, words of paper.conf...
    dir=$work/$1
    name=$1
    shift
    mkdir -p "$dir"
    for file in tests/data/stack-1/*.jpg tests/data/stack-1/sheets.tsv; do
        ln -sf "$PWD/$file" "$dir/"
    done
    eval "$(OUT=$out tools/sane-env.sh "$dir" "$work/conf-$name" name "$name" "$@")"
}
say() { # status, text
    if [ "$1" = 0 ]; then echo "ok - $2"; else echo "not ok - $2"; fi
}
count() {
    find "$work/images" -name '*.pnm' -size +0 | wc -l
}
feed() { # feeder, more words of scanimage...
    device=$1
    shift
    rm -rf "$work/images"
    mkdir "$work/images"
    # shellcheck disable=SC2086
    scanimage -d "paper:$device" --source "ADF Duplex" $fine \
        --batch="$work/images/%03d.pnm" "$@" >"$work/log" 2>&1
}
same() { # want, got, text
    [ "$1" = "$2" ]
    say $? "$3 ($2)"
}
said() { # pattern, text
    grep -qi "$1" "$work/log"
    say $? "$2"
}

stack plain serial F0001
scanimage -L >"$work/log" 2>&1
said 'paper:plain.*Juanku paper feeder' "scanimage -L lists the feeder"
scanimage -d paper:plain -A >"$work/log" 2>&1
said 'serial-number.*F0001' "the feeder tells its serial number"
scanimage -d "paper:$PWD/tests/data/stack-1" -A >"$work/log" 2>&1
said 'source Flatbed|ADF Front|ADF Duplex' "a folder may be opened as paper:FOLDER"

passes() { # text, words of scanimage...
    text=$1
    shift
    scanimage -d paper:plain --resolution 75 -T "$@" >"$work/log" 2>&1 && ! grep -q FAIL "$work/log"
    say $? "scanimage -T passes in $text"
}
passes colour --mode Color
passes "16-bit gray" --mode Gray --depth 16
passes lineart --mode Lineart --resolution 200
passes "a small window, both sides" --source "ADF Duplex" -l 20 -t 30 -x 33 -y 7

feed plain
same 34 "$(count)" "a duplex batch of 17 sheets is 34 images"
said 'out of documents' "then the feeder is out of documents"
feed plain --source "ADF Front"
same 17 "$(count)" "a one-sided batch is 17 images"

# What each fault is to a front end, and how many images came before sheet 3's.
while read -r fault words; do
    feed plain --fault "$fault" --fault-sheet 3
    said "$words" "fault $fault is '$words'"
    same 4 "$(count)" "fault $fault strikes at sheet 3"
done <<TABLE
jam jammed
double-feed jammed
cover-open cover is open
no-docs out of documents
io-error error during device
device-gone error during device
TABLE
start=$(date +%s%N)
feed plain --fault slow-feed --fault-sheet 2 --fault-ms 700
took=$((($(date +%s%N) - start) / 1000000))
[ "$(count)" = 34 ] && [ $took -ge 700 ]
say $? "fault slow-feed only takes time"
feed plain --fault jam --fault-sheet 3 --fault-side back --fault-percent 50
said jammed "a jam in the middle of a back is reported by sane_read"
same 5 "$(count)" "the five sides before it came"

# Trouble by file, repair, and the place kept across processes.
stack kept state "$work/kept.fed"
printf 'jam\t9\tfront\t40\n' >"$work/kept/faults.tsv"
feed kept
said jammed "faults.tsv jams sheet 9"
same 'fed 8' "$(cut -d' ' -f1,2 "$work/kept.fed")" "the jammed sheet is on top again"
feed kept
said jammed "it jams again until the repair"
rm "$work/kept/faults.tsv"
feed kept
same 18 "$(count)" "after the repair sheets 9 to 17 are fed"
feed kept
same 0 "$(count)" "the stack stays empty for the next program"
rm "$work/kept.fed"
feed kept --batch-count 6
same 'fed 3' "$(cut -d' ' -f1,2 "$work/kept.fed")" "without the state file the stack is full again"
touch -h "$work/kept/sheets.tsv"
rm "$work/kept/sheets.tsv"
printf 'sheet\tfront\tback\n1\t001.jpg\t-\n' >"$work/kept/sheets.tsv"
feed kept
same 2 "$(count)" "another stack put in starts at its first sheet"

# kill -9 in the middle: the feeder holds exactly the sheets not yet fed.
stack killed state "$work/killed.fed" feed-ms 20
rm -rf "$work/images"
mkdir "$work/images"
# shellcheck disable=SC2086
scanimage -d paper:killed --source "ADF Duplex" $fine \
    --batch="$work/images/%03d.pnm" >/dev/null 2>&1 &
scan=$!
while [ "$(find "$work/images" -name '*.pnm' | wc -l)" -lt 12 ]; do sleep 0.01; done
scanimage -d paper:killed -A >"$work/log" 2>&1
said 'busy' "a second program finds the feeder busy"
kill -9 $scan
wait $scan 2>/dev/null
fed=$(cut -d' ' -f2 "$work/killed.fed")
[ "$fed" -ge 6 ] && [ "$fed" -lt 17 ]
say $? "killed in the middle of the stack, at sheet $fed"
feed killed
same $((2 * (17 - fed))) "$(count)" "after kill -9 the rest of the stack is fed, nothing twice"
