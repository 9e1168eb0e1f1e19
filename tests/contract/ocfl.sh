#!/bin/sh
# The storage root as somebody else's tools see it: jq and sha512sum know nothing of us.
set -u
cd "$(dirname "$0")/../.."
out=${OUT:-out}
juanku=$out/bin/juanku
work=$out/tmp/ocfl.$$
volume=V44039920260301010027100159
mkdir -p "$work/$volume/data"
trap 'rm -rf "$work"' EXIT
say() { # text, want, got
    [ "$2" = "$3" ] && echo "ok - $1" || { echo "# want: $2"; echo "# got:  $3"; echo "not ok - $1"; }
}
bag() { # text of the payload: a package made with sha512sum alone
    cd "$work/$volume" || exit 1
    printf '%s' "$1" >data/volume.pdf
    printf 'always the same' >data/certificate.pdf
    printf 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n' >bagit.txt
    sha512sum data/certificate.pdf data/volume.pdf >manifest-sha512.txt
    sha512sum bagit.txt manifest-sha512.txt >tagmanifest-sha512.txt
    cd - >/dev/null || exit 1
}
keep() { "$juanku" archive --ocfl "$work/root" "$work/$volume" --user 档案员 "$@"; }

bag one
keep --message 归档 >"$work/said" 2>&1
say "a package is stored" 0 $?
id="urn:x-juanku:$volume"
hash=$(printf '%s' "$id" | sha256sum | cut -d' ' -f1)
object="$work/root/$(echo "$hash" | cut -c1-3)/$(echo "$hash" | cut -c4-6)/$(echo "$hash" | cut -c7-9)/urn%3ax-juanku%3a$volume"
say "where the layout 0003 says" "$object v1" "$(cat "$work/said")"
bag two
keep --message 归档后补充 --json >"$work/json"
say "again is version two" 2 "$(jq .version "$work/json")"
say "with three new files of five" "3 5" "$(jq -r '"\(.added) \(.files)"' "$work/json")"
keep >"$work/said"
say "the same once more is no version" "$object v2" "$(cat "$work/said")"

cd "$object" || exit 1
say "the declarations are as specified" "ocfl_1.1 ocfl_object_1.1" "$(cat "$OLDPWD/$work/root/0=ocfl_1.1" "0=ocfl_object_1.1" | paste -sd' ')"
say "the sidecars fit" "inventory.json: OK inventory.json: OK inventory.json: OK" \
    "$(for at in . v1 v2; do (cd $at && sha512sum -c inventory.json.sha512 2>/dev/null); done | paste -sd' ')"
say "every file has the digest that the manifest says" "" \
    "$(jq -r '.manifest | to_entries[] | .key as $d | .value[] | "\($d)  \(.)"' inventory.json | sha512sum -c --quiet 2>&1)"
say "and there is no other content" "$(jq -r '.manifest[][]' inventory.json | sort)" "$(find v1/content v2/content -type f | sort)"
say "what stayed is stored once" "v1/content/data/certificate.pdf" "$(find . -name certificate.pdf | sed 's/^..//')"
# A version is put together from its state; it is the package again.
mkdir "$OLDPWD/$work/back"
jq -r '.head as $h | .manifest as $m | .versions[$h].state | to_entries[] | $m[.key][0] as $from | .value[] | "\($from)\t\(.)"' inventory.json |
    while IFS="$(printf '\t')" read -r from to; do
        mkdir -p "$OLDPWD/$work/back/$(dirname "$to")"
        cp "$from" "$OLDPWD/$work/back/$to"
    done
cd "$OLDPWD" || exit 1
say "the newest version is the package again" "" "$(diff -r "$work/back" "$work/$volume")"

"$juanku" archive --verify "$work/root" >/dev/null
say "the root verifies" 0 $?
"$juanku" archive --verify "$object" >/dev/null
say "and the object" 0 $?
"$juanku" archive --verify "$work/$volume" >/dev/null
say "and the package" 0 $?
chmod u+w "$object/v1/content/data/volume.pdf"
printf x >>"$object/v1/content/data/volume.pdf"
"$juanku" archive --verify "$work/root" >/dev/null 2>"$work/said"
say "a changed byte is found" 2 $?
case $(cat "$work/said") in *E092*) echo "ok - by the code of the specification" ;; *) cat "$work/said"; echo "not ok - by the code of the specification" ;; esac
cp -r "$work/$volume" "$work/other"
"$juanku" archive --ocfl "$work/root" "$work/other" --user x 2>/dev/null
say "a folder without a volume's label is refused" 1 $?
