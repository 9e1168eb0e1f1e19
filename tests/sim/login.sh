#!/bin/sh
# The door from the shell and at the station: one-time codes, and waits after wrong
# passwords that a restart does not forgive.
[ -n "${BASH_VERSION:-}" ] || exec bash "$0" "$@"
set -u
cd "$(dirname "$0")/../.."
house=$(mktemp -d /tmp/juanku-login-XXXXXX)
REPO_PORT=$((26500 + $$ % 1000))
STATION_PORT=$((16500 + $$ % 1000))
. tests/sim/lib_station.sh
trap 'stop_house; rm -rf "$house"' EXIT

# code SECRET STEPS: the code so many steps from now, by another hand than ours
code() {
    key=$(printf %s "$1" | base32 -d | od -An -v -tx1 | tr -d ' \n')
    mac=$(printf "$(printf '%016x' $(($(date +%s) / 30 + $2)) | sed 's/../\\x&/g')" |
        openssl dgst -sha1 -mac HMAC -macopt "hexkey:$key" -r | cut -c1-40)
    at=$((2 * 0x${mac: -1}))
    printf '%06d\n' $(((0x${mac:$at:8} & 0x7fffffff) % 1000000))
}
log_in() { # LOGIN [words]
    who=$1
    shift
    as "$who" session login "$who" --url "$repo_url" --password-file "$house/secrets/$who" "$@" 2>&1
}
at_the_station() { # CODE: the answer to scan1's log-in
    post login "{\"login\":\"scan1\",\"password\":\"$(cat "$house/secrets/scan1")\",\"code\":\"$1\"}"
}

make_house
start_repod
start_stationd
log_in admin >/dev/null
log_in scan1 >/dev/null
# The code is asked for after the secret was shown: read one, write the other.
coproc enrol { as scan1 session totp 2>&1; }
exec 7<&"${enrol[0]}" 8>&"${enrol[1]}"
secret=''
while IFS= read -r line <&7; do
    case $line in *'密钥 '*) secret=${line##*密钥 } && break ;; esac
done
code "$secret" -1 >&8
recovery=$(cat <&7 | grep -E '^[a-z2-7]{4}-' | head -1)
same 32 ${#secret} "a secret of 160 bits is shown"
has "$(log_in scan1)" 动态验证码 "a log-in without a code asks for one"
has "$(log_in scan1 --code 000000)" '验证码不对' "a wrong code is refused"
now=$(code "$secret" 0)
has "$(log_in scan1 --code "$now")" '已登录' "the right one opens"
has "$(log_in scan1 --code "$now")" '已经用过' "once"
has "$(at_the_station '' | title)" 动态验证码 "the station asks for it too"
at_the_station "$(code "$secret" 1)" | jq -e .token >/dev/null
say $? "and takes it"
has "$(log_in scan1 --code "$recovery")" '已登录' "a recovery code will do"
has "$(log_in scan1 --code "$recovery")" '已经用过' "once"
! grep -rqF -e "$secret" -e "$recovery" "$house"/*.log "$house/repo/store"
say $? "secret and recovery codes are in no log and not in the store"
badge=$(as scan1 session show | jq -r .person.badge)
as admin person totp-reset "$badge" --reason 换手机 >/dev/null
has "$(log_in scan1)" '已登录' "another admin takes it away"
"$bin/juanku" repo verify "$house/repo" >/dev/null 2>&1
cmp -s /dev/null "$house/repo/secrets.key"
same "1 600" "$? $(stat -c %a "$house/repo/secrets.key")" "its key is its owner's alone"

echo wrong >"$house/wrong"
guess() { JUANKU_SESSION=$house/sessions/x "$bin/juanku" session login "$1" --url "$repo_url" --password-file "$house/wrong" 2>&1; }
for _ in 1 2 3 4 5; do guess keeper1 >/dev/null; done
has "$(guess keeper1)" '再试' "the fifth wrong password makes wait"
has "$(log_in keeper1)" '错了太多次' "also with the right one"
kill_repod
start_repod
has "$(log_in keeper1)" '错了太多次' "also after a restart"
badge=$(as admin person list --json | jq -r '.people[] | select(.login == "keeper1") | .badge')
as admin person unlock "$badge" --reason 忘记口令 >/dev/null
has "$(log_in keeper1)" '已登录' "until another admin lets him try"
has "$(as admin ledger export "$house/ledger" >/dev/null 2>&1; cat "$house"/ledger/* 2>/dev/null | grep -o 'log-in-unlock' | head -1)" log-in-unlock "which the ledger knows"
