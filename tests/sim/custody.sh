#!/bin/sh
# Keepers, judges and the trolley: every hand-over from the shell against a real daemon.
set -u
cd "$(dirname "$0")/../.."
name=custody
. tests/sim/lib_custody.sh

"$juanku" repo init "$work/repo" --court 粤0399 >/dev/null
people admin:admin clerk:cataloguer keeper:keeper scan:operator super:supervisor judge:borrower \
    judge2:borrower head:approver
start
log_in admin clerk keeper scan super judge judge2 head
as clerk case add --no '(2026)粤0399民初10027号' --cause 民间借贷纠纷 --plaintiff 张三 --defendant 李四 --type 民事一审 >/dev/null
for part in 1 2 3; do
    as clerk volume add 44039920260301010027 --part $part --sheets 1$part >>"$work/volumes"
done
say "three volumes are registered" 3 "$(grep -c ^V "$work/volumes")"
# shellcheck disable=SC2046
as keeper volume receive $(cat "$work/volumes") >/dev/null

batch=$(as keeper batch give --to "$(badge scan)" --list "$work/volumes" --json | jq -r .batch)
has "a trolley gets a label" B0 "$batch"
say "and its sums" "3 36" "$(as scan batch show "$batch" --json | jq -r '"\(.volumes) \(.sheets)"')"
say "the receiver sees what waits for him" "$batch" "$(as scan batch list --state open --holder "$(badge scan)" --json | jq -r '.batches[0].batch')"
code "none of it is accepted alone" 6 "请按整批签收" scan volume accept "$(head -1 "$work/volumes")"
code "nor with one missing" 6 "这一批里少了" scan batch accept "$batch" "$(head -1 "$work/volumes")"
code "all at once it is" 0 accepted scan batch accept "$batch" --list "$work/volumes"
say "they are all with the operator" 3 "$(as keeper volume list --holder "$(badge scan)" --state at-scanning --json | jq '.volumes | length')"
as keeper batch slip "$batch" --output "$work/slip.pdf"
say "the list is printed" "%PDF" "$(head -c 4 "$work/slip.pdf")"
echo 2468 >"$work/pin"
code "a PIN is one's own" 0 "" scan session pin --pin "$work/pin"
back=$(as scan batch give --to "$(badge keeper)" --list "$work/volumes" --json | jq -r .batch)
code "a return is signed for like an issue" 0 accepted keeper batch accept "$back"
again=$(as keeper batch give --to "$(badge scan)" --list "$work/volumes" --json | jq -r .batch)
code "at the keeper's desk by badge and PIN" 0 accepted keeper batch accept "$again" --badge "$(badge scan)" --pin "$work/pin"
has "and the chain says so" "scan在keeper的台前签收了案卷（批 $again）" "$(as super volume chain "$(head -1 "$work/volumes")" | tail -1)"

# A loan, a second reader, and the way back.
first=$(head -1 "$work/volumes")
back=$(as scan batch give --to "$(badge keeper)" --list "$work/volumes" --json | jq -r .batch)
as keeper batch accept "$back" >/dev/null
code "a volume is not lent unasked" 6 "先申请借阅" keeper volume offer "$first" --to "$(badge judge)"
loan=$(as judge loan request --volume "$first" --reason 庭前阅卷 --json | jq -r .loan)
code "who asks may not sign" 5 "审批人" judge loan approve "$loan"
code "the head signs" 0 approved head loan approve "$loan"
has "the judge hears of it" "请到库房领取" "$(as judge loan notices)"
as keeper volume offer "$first" --to "$(badge judge)" >/dev/null
code "and takes it" 0 lent judge volume accept "$first"
say "for fifteen days at least" 1 "$(as judge loan show "$loan" --json | jq 'if .days_left >= 15 then 1 else 0 end')"
next=$(as judge2 loan request --volume "$first" --reason 合议 --json | jq -r .loan)
as head loan approve "$next" >/dev/null
code "no renewal while somebody waits" 6 "有人在等" judge loan renew "$loan"
say "the board counts it" "1 1" "$(as keeper loan board --json | jq -r '"\(.out) \(.waiting | length)"')"
as judge volume offer "$first" --to "$(badge keeper)" >/dev/null
as keeper volume accept "$first" >/dev/null
say "back is back" returned "$(as judge loan show "$loan" --json | jq -r .state)"
has "and the next one hears of it" "轮到您" "$(as judge2 loan notices)"
as judge loan slip "$loan" --output "$work/loan.pdf"
say "the receipt is printed" "%PDF" "$(head -c 4 "$work/loan.pdf")"
cp "$work/loan.pdf" "${SLIPS:-$work}/loan-receipt.pdf" 2>/dev/null

# Places and a stock-take.
as admin slot add --site 1 --rack 1 --slots 3 >/dev/null
slot=$(as keeper slot propose "$first" --json | jq -r .slot)
has "a free slot is proposed" S01001 "$slot"
as keeper volume shelve "$first" --slot "$slot" >/dev/null
code "a rack that holds something stays as it is" 6 "请先腾空" admin slot close 01.001
take=$(as keeper stocktake begin --scope rack --rack 01.001 --json | jq -r .stocktake)
for s in $(as keeper slot list --json | jq -r '.slots[].slot'); do
    as keeper stocktake count "$take" --slot "$s" >/dev/null
done
has "the one that is not there is missed" "没有看到" "$(as keeper stocktake differences "$take")"
code "it cannot be closed over that" 6 "没有处理或说明" keeper stocktake close "$take"
code "while it is open nothing moves" 6 "正在盘点" keeper volume shelve "$(sed -n 2p "$work/volumes")" --slot "$(as keeper slot list --json | jq -r '[.slots[]|select(.state=="free")][0].slot')"
as keeper stocktake count "$take" --slot "$slot" --volume "$first" >/dev/null
code "counted again and found, it is closed" 0 closed keeper stocktake close "$take"

# A number that goes on: mediation fails, the case is filed.
as clerk case add --no '(2026)粤0399诉前调7号' --cause 民间借贷纠纷 --plaintiff 张三 --defendant 李四 --type 诉前调解 >/dev/null
old=$(as clerk volume add 44039920269901000007 --sheets 9)
as keeper volume receive "$old" >/dev/null
code "a number follows another only when it is linked" 6 "还没有关联" clerk volume relink "$old" --case 44039920260301010027 --reason 转立案
as clerk case link 44039920269901000007 --to 44039920260301010027 --kind 转立案 >/dev/null
new=$(as clerk volume relink "$old" --case 44039920260301010027 --row 18 --reason 转立案 --json | jq -r '.volumes[0].volume')
has "the volume goes on under the new one" V440399202603010100271004 "$new"
say "the old label leads to it" "$new" "$(as keeper volume show "$old" --json | jq -r .as)"
has "and the chain tells both" "$old" "$(as keeper volume chain "$new")"

# A mistake taken back, a hand-held that was away, a person who leaves.
seq=$(as super volume chain "$first" --json | jq '.events[-1].seq')
code "a mistake is taken back by an event that names it" 0 "$first" keeper volume reverse "$seq" --reason 放错格口
has "and the chain tells both" "撤销了第 $seq 号记录" "$(as super volume chain "$first" | tail -1)"
code "but not twice" 6 "之后又办理过" keeper volume reverse "$seq" --reason 放错格口
version=$(as keeper volume show "$first" --json | jq .version)
token=$(jq -r .token "$work/session.keeper")
printf '{"id":"00000000000000000000000000000000","device":"手持一","commands":[
 {"path":"/v1/custody","body":{"id":"%032d","event":"shelve","slot":"%s","volumes":[{"volume":"%s","version":%d}]}},
 {"path":"/v1/custody","body":{"id":"%032d","event":"take","volumes":[{"volume":"%s","version":%d}]}}]}' \
    1 "$slot" "$first" "$version" 2 "$first" "$version" >"$work/offline"
for round in 1 2; do
    curl -s -H "Authorization: Bearer $token" -d @"$work/offline" "$base/v1/offline" >"$work/offline.$round"
done
say "what was done off line is done once" "201 409 200 409" "$(jq -r '.results[].status' "$work/offline.1" "$work/offline.2" | xargs)"
has "what does not fit waits for a person" "已被别人改动" "$(as keeper volume conflicts)"
code "who settles it" 0 "" keeper volume settle 00000000000000000000000000000002 --reason 实物在架
curl -sN -m 20 -H "Authorization: Bearer $(jq -r .token "$work/session.judge2")" "$base/v1/stream" >/dev/null &
watcher=$!
sleep 0.5
code "who leaves is disabled" 0 "" admin person disable "$(badge judge2)"
wait $watcher
say "and watches no longer" 0 $?
code "and is out at once" 5 "登录" judge2 loan notices
finish
