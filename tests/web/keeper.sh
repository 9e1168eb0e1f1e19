#!/bin/sh
# The keeper's tasks without a mouse, against the real repository: papers come in, are
# filed, told about, printed and given back; who holds what; the shelves; loans; a
# stock-take; the proof of a chain; finding by digits and by first letters; trolleys.
# keeper.mjs, trolley.mjs and stocktake.mjs press the keys; what other people do meanwhile is done here by the command.
[ -n "${BASH_VERSION:-}" ] || exec bash "$0" "$@"
set -u
cd "$(dirname "$0")/../.."
OUT=${OUT:-out}
house=$(mktemp -d /tmp/juanku-keeper-XXXXXX)
REPO_PORT=$((24500 + $$ % 1000))
STATION_PORT=$((14000 + $$ % 1000))
. demo/lib_house.sh
trap 'stop_house; rm -rf "$house"' EXIT

broken() {
    echo "not ok - keeper: $*"
    exit 1
}

make_house
people='judge1 何法 borrower 民一庭
judge2 沈法 borrower 民二庭
head1 罗庭 approver 民一庭'
while read -r login name roles _; do
    (umask 077 && head -c 9 /dev/urandom | base64 >"$house/secrets/$login")
    "$bin/juanku" repo user add "$house/repo" "$login" --name "$name" --roles "$roles" \
        --password-file "$house/secrets/$login" >>"$house/init.log" || broken "a person"
done <<<"$people"
sed -i '/racks.ports/d' "$house/repod.conf"
start_repod
log_in() { as "$1" session login "$1" --url "$repo_url" --password-file "$house/secrets/$1" >/dev/null || broken "$1 logs in"; }
for login in admin clerk1 keeper1 scan1 qc1 supervisor1 judge1 judge2 head1; do log_in "$login"; done
while read -r login _ _ dept; do
    as admin person change "$(badge_of "$login")" --dept "$dept" >/dev/null || broken "a department"
done <<<"$people
keeper1 - - 立案庭"
as admin slot add --site 1 --rack 1 --slots 24 >/dev/null || broken "slots"
as admin slot add --site 1 --rack 2 --slots 12 >/dev/null || broken "slots"

# Volumes on the shelf: 10031 and 10035 in slots 1 and 2; 10042 is lent; 10044 asked for.
number() { as clerk1 case add --no "(2026)粤0399民初$1号" --cause "$2" --plaintiff "$3" --defendant "$4"; }
volume() { as clerk1 volume add "$1" --kind 1 --part 1 --sheets "$2"; }
slot() { as keeper1 slot list --json | jq -r ".slots[$(($1 - 1))].slot"; }
declare -A V
while read -r no cause plaintiff defendant; do
    id=$(number "$no" "$cause" "$plaintiff" "$defendant") || broken "a case"
    V[$no]=$(volume "$id" $((no % 20 + 5))) || broken "a volume"
    as keeper1 volume receive "${V[$no]}" --sheets 12 >/dev/null || broken "receive"
done <<'CASES'
10031 物业服务合同纠纷 陈立群 某某物业管理有限公司
10035 买卖合同纠纷 广州某科技有限公司 某某贸易有限公司
10042 离婚纠纷 周敏 吴强
10044 信用卡纠纷 某某银行 郑海
10050 机动车交通事故责任纠纷 何秀 罗刚
10061 劳务合同纠纷 高远 恒通建筑
10062 租赁合同纠纷 马良 百业商贸
10063 承揽合同纠纷 宋平 新居装饰
10064 运输合同纠纷 唐宁 快达物流
10065 保管合同纠纷 杜康 安平仓储
10071 继承纠纷 冯远 冯近
10072 赡养纠纷 邓兰 邓松
10073 收养关系纠纷 曹青 曹白
CASES
as keeper1 volume shelve "${V[10031]}" --slot "$(slot 1)" >/dev/null || broken "shelve"
as keeper1 volume shelve "${V[10035]}" --slot "$(slot 2)" >/dev/null || broken "shelve"
lend() { # WHO VOLUME
    loan=$(as "$1" loan request --volume "$2" --reason '开庭核对原件' --json | jq -r .loan) || broken "a loan"
    as head1 loan approve "$loan" >/dev/null || broken "approve"
    hand keeper1 "$1" "$2"
}
lend judge1 "${V[10042]}"
as judge2 loan request --volume "${V[10044]}" --reason '拟写判决' >/dev/null || broken "a loan"
number 10027 民间借贷纠纷 张三 李四 >/dev/null || broken "a case"

export REPO_BASE=$repo_url SECRETS=$house/secrets
export SLOTS="$(slot 1) $(slot 2) $(slot 3) $(slot 4)" SHELVED="${V[10031]} ${V[10035]}" LENT=${V[10042]} JUANKU=$bin/juanku HOUSE=$house
export RACK2=$(as keeper1 slot list --json | jq -r '[.slots[24:36][].slot] | join(" ")') STANDING="${V[10071]} ${V[10072]} ${V[10073]}"
place=25
for no in 10071 10072 10073; do
    as keeper1 volume shelve "${V[$no]}" --slot "$(slot $place)" >/dev/null || broken "shelve"
    place=$((place + 1))
done
export FREE="${V[10061]} ${V[10062]} ${V[10063]} ${V[10064]} ${V[10065]}"
timeout 170 node tests/web/keeper.mjs
status=$?
timeout 100 node tests/web/trolley.mjs || status=1
timeout 100 node tests/web/stocktake.mjs || status=1
exit $status
