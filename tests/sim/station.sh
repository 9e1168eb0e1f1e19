#!/bin/sh
# The station beside the way of a good day: wrong words, wrong volumes, wrong counts, and
# every fault of a feeder; each stops with a sentence, and goes on in place.
[ -n "${BASH_VERSION:-}" ] || exec bash "$0" "$@"
set -u
cd "$(dirname "$0")/../.."
house=$(mktemp -d /tmp/juanku-station-XXXXXX)
REPO_PORT=$((24500 + $$ % 1000))
STATION_PORT=$((14000 + $$ % 1000))
STATION_CONF='scan.stall_s = 5'
. tests/sim/lib_station.sh
trap 'stop_house; rm -rf "$house"' EXIT
open_house

# --- who may ask, and what ------------------------------------------------------------
has "$(curl -s -d '{"login":"scan1","password":"wrong"}' "$station_url/api/login" | title)" 口令 \
    "a wrong password gets a sentence"
same 401 "$(curl -s -o /dev/null -w '%{http_code}' -d '{}' "$station_url/api/job/start")" \
    "who is not logged in changes nothing"
same 403 "$(curl -s -o /dev/null -w '%{http_code}' -H 'Host: evil.example' "$station_url/api/state")" \
    "a foreign name for this address is refused"
has "$(declare_job V44039920260301010027100158 17 | title)" 校验位不对 "a label with wrong check digits is not believed"
has "$(declare_job T10671 17 | title)" 不是卷的标签 "a separator is no volume"
has "$(declare_job "$volume" 0 | title)" 张数 "no volume without a number of sheets"
has "$(post job/start '{}' | title)" 还没有登记 "no feeding without a volume"

# --- a stack of six sheets, and everything goes wrong once -------------------------------
fill_tray 6
declare_job "$volume" 7 >"$house/answer"
same declared "$(jq -r .state "$house/answer")" "a volume is declared"
has "$(declare_job "$volume" 7 | title)" 还没有做完 "one volume at a time"
fault() { # KIND SHEET CODE TEXT [SIDE]
    trouble "$1" "$2" "${5:-front}"
    post job/resume '{}' >/dev/null
    wait_state stopped 40
    same "$3 $(($2 - 1))" "$(get '.job | "\(.stop) \(.sheets_fed)"')" "$4 stops at sheet $2, which is not kept"
    has "$(get .job.next)" "第 $2 张起" "$4: the sentence names the sheet to feed"
    no_trouble
}
fault jam 2 jam "a jam" back
fault double-feed 3 double-feed "a double feed"
fault cover-open 4 cover-open "an open cover"
fault io-error 5 io "an I/O error" back
fault device-gone 6 gone "a scanner that goes away"
until_true 40 ready
post job/resume '{}' >/dev/null
wait_state stopped,counted 40
same "stopped no-docs 6" "$(get '.job | "\(.state) \(.stop) \(.sheets_fed)"')" "an empty feeder is no proof"
has "$(get .job.sentence)" "登记 7 张，走了 6 张，少 1 张" "the difference is told"
has "$(post job/finish '{}' | title)" 对不上 "a wrong count cannot be handed in"
post job/recount '{"sheets_declared":6}' >/dev/null
wait_state counted,review 5
say $? "corrected by a named person, the count holds"
same 0 "$(find "$house/spool" -path '*/sheets/0007*' | wc -l)" "no half sheet is left among the sheets"
wrong=0
sheet=0
for front in 001 002 003 005 006 008; do
    sheet=$((sheet + 1))
    cmp -s "tests/data/stack-1/$front.jpg" "$(find "$house/spool" -path "*/sheets/000$sheet-front.jpg")" || wrong=$((wrong + 1))
done
same 0 $wrong "after six interruptions every sheet is there once, in order"

# --- the page's side: decisions, news, files ------------------------------------------------
until_true 120 all_read
say $? "all pages are read"
same "1 3 3" "$(get '.job | "\(.covers) \(.separators) \(.text_pages)"')" "covers, separators and pages are told apart"
index=$(get '[.job.pages[] | select(.kind == "page")][0].index')
same 6 "$(get ".job.pages[$index - 1].row")" "a page stands under the row of its separator"
post "images/$index" '{"do":"move","row":10}' >/dev/null
same 10 "$(get ".job.pages[$index - 1].row")" "the operator moves it"
has "$(post "images/$index" '{"do":"move","row":98}' | title)" 目录 "but not to a row that the catalogue does not have"
post "images/$index" '{"do":"undo"}' >/dev/null
same 6 "$(get ".job.pages[$index - 1].row")" "and takes it back"
blank=$(get '[.job.pages[] | select(.kind == "blank")][-1].index')
post "images/$blank" '{"do":"keep-as-page"}' >/dev/null
until_true 60 all_read
same "page 200" "$(get ".job.pages[$blank - 1].kind") $(curl -s -o /dev/null -w '%{http_code}' "$station_url/api/images/$blank/pdf")" \
    "a blank side that is kept as a page gets its PDF"
post "images/$blank" '{"do":"undo"}' >/dev/null
same "200 image/jpeg" "$(curl -s -o /dev/null -w '%{http_code} %{content_type}' "$station_url/api/images/$index/thumb")" \
    "its thumbnail is served"
curl -s "$station_url/api/images/$index/pdf" | head -c 5 | grep -q '%PDF-'
say $? "and its PDF"

# --- what a paper is called is proposed by its first lines and said by a person ------------
named=$(get '[.job.pages[] | select(.proposal.row == 6)][0].index')
of_named() { get ".job.pages[$named - 1] | $1"; }
has "$(of_named .proposal.text)" 起诉状 "the name of a paper is proposed from its first lines"
same "" "$(of_named .document)" "nobody has said it yet"
same 401 "$(curl -s -o /dev/null -w '%{http_code}' -d '{"do":"confirm-title","row":6,"text":"民事起诉状"}' "$station_url/api/images/$named")" \
    "who is not logged in cannot say it"
has "$(post "images/$named" '{"do":"confirm-title","row":98,"text":"民事起诉状"}' | title)" 目录 "not under a row that is not there"
has "$(post "images/$named" '{"do":"confirm-title","row":6,"text":""}' | title)" 名称 "nor without a name"
post "images/$named" '{"do":"confirm-title","row":6,"text":"民事起诉状"}' >/dev/null
same "民事起诉状 null 6" "$(of_named '"\(.document) \(.proposal) \(.row)"')" "a person confirms it, and nothing is proposed any more"
grep -rq '"title": *"民事起诉状"' "$house"/spool/*/job.json
say $? "and it is on the disk"

# --- a page is read again by a model that is named ------------------------------------------
reader_of() { of_named '"\(.model) \(.state)"'; }
same "chi_sim ready" "$(reader_of)" "the station's model read it"
before=$(curl -s "$station_url/api/images/$named/capture" | sha256sum)
JUANKU_SESSION=$house/station-session "$bin/juanku" station login scan1 --url "$station_url" --password-file "$house/secrets/scan1" >/dev/null
JUANKU_SESSION=$house/station-session "$bin/juanku" station again "$named" --model chi_sim_best --url "$station_url" >/dev/null
say $? "from the shell, one page is to be read again"
until_true 60 all_read
same "chi_sim_best ready" "$(reader_of)" "read again by another one, it says so"
curl -s "$station_url/api/images/$named/pdf" >"$house/again.pdf"
grep -aq 'chi_sim_best sha256:' "$house/again.pdf"
say $? "and so does its PDF"
same "$before" "$(curl -s "$station_url/api/images/$named/capture" | sha256sum)" "the capture is the same"
same "民事起诉状" "$(of_named .document)" "what a person said stands"
has "$(post "images/$named" '{"do":"read-again","model":"../x"}' | title)" 识别模型 "a name that cannot be one is refused"
post "images/$named" '{"do":"read-again","model":"xyz_none"}' >/dev/null
until_true 60 all_read
same "chi_sim_best ready" "$(reader_of)" "with a model that is missing, what was read stands"
timeout 2 curl -sN "$station_url/api/stream" | grep -q '^event: state'
say $? "a stream begins with the state"
post job/abandon '{}' >/dev/null
same null "$(get .job)" "a job is given up"

# --- another volume's paper -----------------------------------------------------------------
second=$(hold_volume 2)
fill_tray 4
declare_job "$second" 4 >/dev/null
post job/start '{}' >/dev/null
told() { get '.job.sentence + .job.pages[0].sentence' | grep -q 另一卷; }
until_true 60 told
say $? "the cover of another volume is told"
wait_state stopped,review 30
has "$(post job/finish '{}' | title)" 卷 "and cannot be handed in as this one"
post job/abandon '{}' >/dev/null

# --- the repository is away -------------------------------------------------------------------
fill_tray 3
kill_repod
declare_job "$volume" 3 >"$house/answer"
same declared "$(jq -r .state "$house/answer")" "who is logged in declares a volume while the repository is away"
has "$(jq -r .sentence "$house/answer")" 核对 "and is told that it will be checked later"
has "$(curl -s -d '{"login":"scan1","password":"x"}' "$station_url/api/login" | title)" 暂时不能登录 "nobody new can log in"
post job/start '{}' >/dev/null
wait_state counted,review 30
until_true 60 all_read
same "counted 起诉状及相关材料" "$(get '.job | "\(.state) \(.pages[4].title)"')" "the rows are those of the last answer"
post job/finish '{}' >/dev/null
down() { [ "$(get .repo.up)$(get .job.state)" = 0submitting ]; }
until_true 30 down
say $? "handed in, it waits"
start_repod
until_true 90 is_state done
say $? "and is sent by itself when the repository is back"

# --- the processes below ----------------------------------------------------------------------
fill_tray 8
trouble slow-feed 3 front 0 60000
declare_job "$volume" 8 >/dev/null
post job/start '{}' >/dev/null
wait_state stopped 40
same "stall 2" "$(get '.job | "\(.stop) \(.sheets_fed)"')" "a feeder that hangs is cut off"
no_trouble
sed -i 's/^fed [0-9]*/fed 2/' "$house/feeder"
until_true 30 ready
trouble slow-feed 5 front 0 4000
post job/resume '{}' >/dev/null
until_true 20 fed_at_least 4
# shellcheck disable=SC2046
kill -9 $(for pid in $(kids_of "$stationd_pid"); do tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q -- '--role scan' && echo "$pid"; done)
wait_state stopped 20
same "crash 4" "$(get '.job | "\(.stop) \(.sheets_fed)"')" "a crash of the scan role loses no sheet"
no_trouble
sed -i 's/^fed [0-9]*/fed 4/' "$house/feeder"
until_true 30 ready
trouble slow-feed 7 front 0 1500
post job/resume '{}' >/dev/null
until_true 20 fed_at_least 6
post label '{"text":"C0389"}' >/dev/null # the command card for stop
wait_state stopped 20
same "stopped 7" "$(get '.job | "\(.stop) \(.sheets_fed)"')" "stop lets the sheet in the path end"
no_trouble
has "$(post label '{"text":"C0388"}' | title)" 校验位 "a command card with wrong check digits does nothing"
post label '{"text":"C0195"}' >/dev/null # accept: go on
wait_state counted,review 30
same 8 "$(get .job.sheets_fed)" "and the rest follows"
post job/abandon '{}' >/dev/null
