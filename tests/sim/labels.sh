#!/bin/sh
# Printed labels as a scanner's eye sees them: drawn by librsvg at 200 dpi, read by zbar.
# Prints TAP.
set -u
cd "$(dirname "$0")/../.."
juanku=${OUT:-out}/bin/juanku
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

reads() { # what zbar must read, sorted and joined by blanks; words of juanku label...
    want=$1
    shift
    "$juanku" label "$@" -o "$work/label.svg" 2>"$work/log" &&
        rsvg-convert -d 200 -p 200 "$work/label.svg" -o "$work/label.png" &&
        got=$(zbarimg -q "$work/label.png" 2>/dev/null | sort | tr '\n' ' ')
    if [ "${got:-}" = "$want " ]; then
        echo "ok - juanku label $* reads $want"
    else
        echo "not ok - juanku label $*: want $want, got ${got:-nothing} $(cat "$work/log")"
    fi
    got=
}
refuses() { # exit code, words of juanku label...
    want=$1
    shift
    "$juanku" label "$@" -o "$work/refused.svg" >"$work/log" 2>&1
    status=$?
    if [ $status = "$want" ] && [ ! -e "$work/refused.svg" ] && [ -s "$work/log" ]; then
        echo "ok - juanku label $* is refused: $(tail -1 "$work/log")"
    else
        echo "not ok - juanku label $*: exit $status, want $want"
    fi
}

reads CODE-128:V44039920260301010027100159 volume "(2026)粤0399民初10027号"
reads CODE-128:V44039920260301010027100159 volume "〔2026〕粤0399民初10027号" --title "张三诉李四 民间借贷纠纷"
reads CODE-128:V44039920260301010027100159 volume 44039920260301010027 --page
reads CODE-128:V44039920260301010027201233 volume 44039920260301010027 --kind 2 --part 12
reads CODE-128:T10671 type 1 6 --title 起诉状及相关材料
reads CODE-128:T10671 type 1 6 --title 起诉状及相关材料 --page
reads CODE-128:M44039920260301010027001219 item 44039920260301010027 12
reads CODE-128:S0100100121 slot 1 1 1
reads CODE-128:P0000019789 person 197 --title 王库
reads CODE-128:B202611230194 batch 2026112301
reads "CODE-128:C0195 CODE-128:C0292 CODE-128:C0389 CODE-128:C0486 CODE-128:C0583" command 1-5
reads "CODE-128:S0200300151 CODE-128:S0200300248" slot 2 3 1-2 --sheet
refuses 2 volume 粤0399民初10027号
refuses 2 type 3 1
refuses 2 type 1 100
refuses 2 slot 1 1 1-13
refuses 2 slot 1 1 9-3
refuses 1 colour 1
refuses 1 volume
