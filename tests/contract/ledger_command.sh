#!/bin/sh
# juanku repo and juanku ledger without a daemon: sentences, exit codes, and the export
# that one changed byte makes untrue.
juanku=${OUT:-out}/bin/juanku
dir=$(mktemp -d /tmp/juanku-test-XXXXXX)
trap 'rm -rf "$dir"' EXIT

check() { # text, wanted code, command...
    text=$1 want=$2
    shift 2
    "$@" >"$dir/out" 2>"$dir/err"
    got=$?
    if [ "$got" = "$want" ]; then
        echo "ok - $text"
    else
        echo "not ok - $text (wanted $want, got $got: $(head -1 "$dir/err"))"
    fi
}
says() { # text, pattern: in what the last command printed
    if grep -q "$2" "$dir/out" "$dir/err"; then echo "ok - $1"; else echo "not ok - $1"; fi
}

echo 'long enough' >"$dir/password"
check "init makes a repository" 0 "$juanku" repo init "$dir/repo" --court 粤0399
check "init never makes it twice" 6 "$juanku" repo init "$dir/repo" --court 粤0399
for login in keeper1 keeper2 keeper3; do
    check "user add takes $login" 0 "$juanku" repo user add "$dir/repo" $login --name 王库 \
        --roles keeper --password-file "$dir/password"
done
check "user add refuses a name that is taken" 6 "$juanku" repo user add "$dir/repo" keeper1 \
    --name 王库 --roles keeper --password-file "$dir/password"
check "the whole repository verifies" 0 "$juanku" repo verify "$dir/repo"
check "head prints a checkpoint" 0 "$juanku" ledger head --dir "$dir/repo"
says "it names the court" '^juanku/440399$'
check "export writes the files" 0 "$juanku" ledger export --dir "$dir/repo" "$dir/export"
check "export never writes over them" 6 "$juanku" ledger export --dir "$dir/repo" "$dir/export"
rm -rf "$dir/repo"
check "verify needs only the files" 0 "$juanku" ledger verify "$dir/export"
check "verify takes the key one trusts" 0 "$juanku" ledger verify "$dir/export" \
    --key "$dir/export/key.pub"
check "prove says that a volume is not there" 2 "$juanku" ledger prove --export "$dir/export" \
    V44039920260301010027100159 -o "$dir/proof"
says "in a sentence" '账本里没有案卷 V44039920260301010027100159'
sed -i '2s/王库/王裤/' "$dir/export/events.jsonl"
check "verify refuses a changed event" 2 "$juanku" ledger verify "$dir/export"
says "and names it in Chinese" '第 2 条记录被改动'
says "and in English" 'event 2'
check "verify --json refuses it too" 2 "$juanku" ledger verify "$dir/export" --json
says "with the number" '"seq": 2'
check "a folder that is no repository is told" 2 "$juanku" repo verify "$dir/nowhere"
says "with what to do" 'juanku repo init'

# another party witnesses the ledger; the key changes; the day's sheet
check "init makes a second repository" 0 "$juanku" repo init "$dir/two" --court 粤0399
check "an event" 0 "$juanku" repo slots "$dir/two" --site 1 --rack 1 --slots 2
check "a witness is made" 0 "$juanku" ledger witness "$dir/w" --name court.example/w
cp "$dir/out" "$dir/w.pub"
check "its export" 0 "$juanku" ledger export --dir "$dir/two" "$dir/two-a"
check "growth makes the request" 0 "$juanku" ledger growth --dir "$dir/two" -o "$dir/request"
check "a witness cosigns nobody he does not follow" 5 "$juanku" ledger cosign "$dir/request" \
    --witness "$dir/w" -o "$dir/note"
check "he follows a key" 0 "$juanku" ledger follow "$dir/w" --key "$dir/two-a/key.pub"
check "and cosigns" 0 "$juanku" ledger cosign "$dir/request" --witness "$dir/w" -o "$dir/note"
check "the cosignature verifies" 0 "$juanku" ledger verify "$dir/note" \
    --key "$dir/two-a/key.pub" --witness "$dir/w.pub"
says "with its size" '第 1 条以前'
check "the key changes" 0 "$juanku" ledger rotate --dir "$dir/two"
check "export again" 0 "$juanku" ledger export --dir "$dir/two" "$dir/two-b"
check "the old key leads to the new one" 0 "$juanku" ledger verify "$dir/two-b" \
    --key "$dir/two-a/key.pub"
check "no other key does" 2 "$juanku" ledger verify "$dir/two-b" --key "$dir/export/key.pub"
check "growth since the witness looked" 0 "$juanku" ledger growth --export "$dir/two-b" \
    --from 1 -o "$dir/request"
check "he does not know the new key" 2 "$juanku" ledger cosign "$dir/request" \
    --witness "$dir/w" -o "$dir/note"
check "until he follows it" 0 "$juanku" ledger follow "$dir/w" --key "$dir/two-b/key.pub"
check "then he cosigns" 0 "$juanku" ledger cosign "$dir/request" --witness "$dir/w" \
    -o "$dir/note"
check "the sheet of a day" 0 "$juanku" ledger sheet --dir "$dir/two" --day 2026-11-28 \
    -o "$dir/sheet.pdf"
pdftoppm -r 150 -gray "$dir/sheet.pdf" "$dir/sheet"
"$juanku" ledger head --dir "$dir/two" >"$dir/head"
zbarimg -q --raw -Sdisable -Sqrcode.enable "$dir"/sheet-*.pgm 2>"$dir/err" | cmp -n "$(wc -c <"$dir/head")" - "$dir/head" &&
    echo "ok - its code is the signed head" || echo "not ok - its code is the signed head"
check "no sheet of a day that is none" 2 "$juanku" ledger sheet --dir "$dir/two" \
    --day 2026-02-30 -o "$dir/sheet.pdf"
check "an unknown word is a usage error" 1 "$juanku" ledger frobnicate
