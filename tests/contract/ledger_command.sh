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
check "an unknown word is a usage error" 1 "$juanku" ledger frobnicate
