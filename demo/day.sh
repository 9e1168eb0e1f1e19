#!/bin/bash
# One day of a court's intermediate repository, played with the real programs on the
# shipped stacks: a case is registered, its paper received, put on a lit shelf, scanned,
# checked, found incomplete, supplemented, bound and archived; then the ledger is verified
# off line. Only the wood (rack) and the feeder are simulated, each behind its real
# interface. Writes out/demo/summary.json.
#
#   demo/day.sh              keeps the pages open afterwards (Ctrl-C ends)
#   DEMO_EXIT=1 demo/day.sh  ends by itself
set -u
cd "$(dirname "$0")/.."
. demo/lib_house.sh
trap stop_house EXIT
trap 'exit 130' INT TERM
begun=$(date +%s)
step=0

say() {
    step=$((step + 1))
    printf '%3ds %2d. %s\n' $(($(date +%s) - begun)) $step "$*"
}

# put_away VOLUME / pick VOLUME: the lamp leads the hand (put: green, take: blue), the
# sensor proves the act. The lamp of the last act may still be lit, so both words count.
by_light() { # VERB VOLUME HAND-WORD TITLE LAMP-WORDS LAMP-TITLE
    answer=$(as keeper1 slot "$1" "$2") || fail "不能下架位指令"
    slot=${answer%% *}
    order=${answer##* }
    index=$((10#${slot:6:3}))
    for _ in $(seq 50); do
        lamp=$(rack_hand leds | awk -v n=$index '$1 == n')
        [ "${lamp#* }" = "$5" ] && break
        sleep 0.1
    done
    [ "${lamp#* }" = "$5" ] || fail "架位 $slot 的灯没有亮 ($lamp)"
    rack_hand "$3" $index >/dev/null || fail "货架没有反应"
    seen=$(as keeper1 slot wait "$order" --wait 15) || fail "传感器没有看到动作"
    say "$4: 架位 $slot $6, $seen"
}
put_away() { by_light put "$1" place "放入架位" "green blink" "绿灯闪"; }
pick() { by_light take "$1" remove "从架位取出" "blue blink" "蓝灯闪"; }

scan_stack() { # VOLUME KIND SHEETS FOLDER
    load_tray "$4"
    at_station declare "$1" --sheets "$3" --kind "$2" >/dev/null || fail "不能登记张数"
    at_station start >/dev/null || fail "不能开始扫描"
    at_station wait counted,review,stopped --read --wait 240 >"$house/station.txt" || fail "扫描没有完成: $(cat "$house/station.txt")"
    at_station state --json >"$house/station-$2.json"
    grep -q ' counted ' "$house/station.txt" || fail "$(cat "$house/station.txt")"
    at_station finish >/dev/null || fail "不能提交"
    at_station wait done --wait 120 >/dev/null || fail "没有提交成功"
}

case_no='(2026)粤0399民初10027号'
make_house
say "建立中间库、工位、货架和九个人员"
start_rack
start_repod
start_stationd
log_in_all
say "系统运行: 中间库 $repo_url  工位 $station_url"
as admin slot add --site 1 --rack 1 --slots 24 >/dev/null || fail "不能登记架位"

case=$(as clerk1 case add --no "$case_no" --cause 民间借贷纠纷 --plaintiff 甲某 --defendant 乙某商贸有限公司) || fail "不能登记案件"
volume=$(as clerk1 volume add "$case" --kind 1 --part 1 --sheets 17) || fail "不能登记卷"
say "登记案件 $case_no, 正卷第1册 $volume"
mkdir -p "$house/labels"
"$bin/juanku" label volume "$case_no" -o "$house/labels/volume.svg" &&
    "$bin/juanku" label slot 1 1 1 -o "$house/labels/slot.svg" &&
    "$bin/juanku" label type 1 6 --title 起诉状及相关材料 -o "$house/labels/type-06.svg" || fail "不能画标签"
say "打印标签: $(ls "$house/labels" | tr '\n' ' ')"

as keeper1 volume receive "$volume" --sheets 17 >/dev/null || fail "不能接收"
say "王库接收原件, 点数17张"
put_away "$volume"
pick "$volume"
hand keeper1 scan1 "$volume"
say "王库交出、赵扫签收, 现在由赵扫负责"
say "双面扫描17张 (识别在后台进行)..."
scan_stack "$volume" first 17 "$(pwd)/tests/data/stack-1"
first=$(as keeper1 volume scans "$volume" --json)
say "扫描入库: $(echo "$first" | jq -r '.scans[0] | "登记\(.sheets_declared)张 实进\(.sheets_counted)张 图像\(.images)幅 页\(.pages) 空白\(.blank) 封面分隔\(.cover + .separator)"')"
items_first=$(as keeper1 volume items "$volume" --json)
as qc1 volume qc-pass "$volume" --looked all >/dev/null || fail "质检不能通过"
say "孙检质检通过 (不是扫描的人)"
hand scan1 keeper1 "$volume"
say "赵扫交回、王库签收"
put_away "$volume"

as supervisor1 case notice "$case" --outcome 判决 --facts 保全 --closed-on 2026-11-20 >/dev/null || fail "归档提示不能登记"
say "收到归档提示: 判决, 有保全; 不再外借"
pick "$volume"
hand keeper1 binder1 "$volume"
say "移交装订中心, 周装签收"
as binder1 binding check "$volume" --json >"$house/check-first.json" && fail "缺件的卷不应通过"
jq -e .failures "$house/check-first.json" >/dev/null 2>&1 || fail "核对没有给出报告"
say "核对未通过, 缺 $(jq '.failures | length' "$house/check-first.json") 项:"
jq -r '.failures[] | "         第\(.row)项 \(.sentence)"' "$house/check-first.json"

as binder1 volume supplement "$volume" --reason 缺件补正 >/dev/null || fail "不能退回补正"
hand binder1 scan1 "$volume"
say "退回补正: 周装交出、赵扫签收, 补扫11张..."
scan_stack "$volume" supplement 11 "$(pwd)/tests/data/stack-1-supplement"
as qc1 volume qc-pass "$volume" --looked all >/dev/null || fail "补正质检不能通过"
hand scan1 binder1 "$volume"
say "补正入库, 质检通过, 交回周装"
as binder1 binding check "$volume" --json >"$house/check-second.json" || fail "补正后仍未通过: $(jq -r '.failures[].sentence' "$house/check-second.json")"
say "核对通过: $(jq -r '.reconciliation | "张\(.sheets_counted) 图像\(.images) 页\(.pages) 空白\(.blank)"' "$house/check-second.json"); 一致性证书 $(jq -r '.certificate[0:12]' "$house/check-second.json")…"
as checker1 volume verify "$volume" >/dev/null || fail "复核不能通过"
say "吴核复核 (第二人)"
as binder1 volume bind "$volume" >/dev/null || fail "不能登记装订"
say "周装装订完成"
hand binder1 archivist1 "$volume"
as archivist1 archive "$volume" --json >"$house/archive.json" || fail "不能归档"
package=$(jq -r .path "$house/archive.json")
say "郑档归档: $package"
bag_valid=false
(cd "$package" && sha512sum --quiet -c manifest-sha512.txt tagmanifest-sha512.txt) &&
    "$bin/juanku" archive --verify "$package" >/dev/null && bag_valid=true
say "归档包独立校验: $bag_valid"

as supervisor1 ledger export "$house/ledger" >/dev/null || fail "不能导出账本"
verified=false
"$bin/juanku" ledger verify "$house/ledger" --json >"$house/verify.json" && verified=true
say "离线验证账本: $(jq -c . "$house/verify.json")"

jq -n --argjson first "$first" --argjson items "$items_first" \
    --slurpfile f1 "$house/check-first.json" --slurpfile f2 "$house/check-second.json" \
    --slurpfile v "$house/verify.json" --argjson verified $verified \
    --arg path "$package" --argjson bag $bag_valid --argjson seconds $(($(date +%s) - begun)) '
  ($first.scans[0]) as $s
  | { sheets_declared: $s.sheets_declared, sheets_counted: $s.sheets_counted,
      images: $s.images, pages: $s.pages, blank: $s.blank, separators: ($s.cover + $s.separator),
      items: [$items.items[] | { row, title, pages }],
      rule_failures_first: [$f1[0].failures[] | { row, sentence }],
      rule_failures_second: [$f2[0].failures[] | { row, sentence }],
      ledger: { events: $v[0].events, verified: $verified, head: $v[0].head },
      archive: { path: $path, bagit_valid: $bag }, seconds: $seconds }' >"$house/summary.json" ||
    fail "不能写总结"
say "总结: $house/summary.json"
[ $verified = true ] && [ $bag_valid = true ] || fail "账本或归档包没有通过验证"

[ -n "${DEMO_EXIT:-}" ] && exit 0
cat <<END

页面还开着 (Ctrl-C 结束):
  中间库  $repo_url/     工号 keeper1  口令 $(cat "$house/secrets/keeper1")
  工位    $station_url/     工号 scan1    口令 $(cat "$house/secrets/scan1")
END
if [ -n "${DISPLAY:-}" ] && command -v xdg-open >/dev/null; then
    xdg-open "$repo_url/" >/dev/null 2>&1
    xdg-open "$station_url/" >/dev/null 2>&1
fi
while :; do sleep 3600 & wait $!; done
