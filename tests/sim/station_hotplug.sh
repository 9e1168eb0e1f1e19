#!/bin/sh
# The station and its own scanner: bound by serial number beside a second one of the same
# make, which is never fed by mistake; a scanner that goes away and comes back; a job that
# begins by paper laid in or by the scanner's button, when the settings say so.
[ -n "${BASH_VERSION:-}" ] || exec bash "$0" "$@"
set -u
cd "$(dirname "$0")/../.."
house=$(mktemp -d /tmp/juanku-plug-XXXXXX)
REPO_PORT=$((23500 + $$ % 1000))
STATION_PORT=$((13000 + $$ % 1000))
STATION_CONF='scan.dpi = 75
ocr.model = none
scanner.serial = OURS-2
scan.probe_s = 1
scan.start = button'
. tests/sim/lib_station.sh
trap 'stop_house; rm -rf "$house"' EXIT
# The tray of other tests is the wrong machine here: the same make and model, first in the
# list, with paper in it, and its name is what the settings say.
other_conf() {
    cat >"$house/sane/paper.conf" <<CONF
folder $house/other
name tray
state $house/other.fed
serial OURS-1
folder $house/tray
name twin
state $house/feeder
serial OURS-2
CONF
}
open_house
stop_stationd() { kill "$stationd_pid" && wait "$stationd_pid"; }
stop_stationd
mkdir "$house/other"
cp tests/data/stack-small/* "$house/other/"
mkdir "$house/away"
other_conf
lay() { # N: into our machine, as a person does
    fill_small_tray "$1"
}
lay 3
mv "$house/tray" "$house/away/"
start_stationd
log_in_operator
job=$(declare_job "$volume" 3 | jq -r .job)
[ "$(printf 'scan.start = keys\n' >"$house/wrong.conf" && "$bin/juanku-stationd" --config "$house/wrong.conf" 2>&1)" = \
    "juanku-stationd: scan.start: key, paper or button, not 'keys'" ]
say $? "another word for what begins a job is refused at the start"
absent() { [ "$(get .scanner.state)" = absent ]; }
until_true 10 absent
say $? "without our scanner the station has none, though a twin stands there"
has "$(get .scanner.sentence)" OURS-2 "it says which one it looks for"
has "$(post job/start '{}' >/dev/null; look_until stopped,declared >/dev/null; get '.job.state + .scanner.sentence')" OURS-2 \
    "and feeds nothing from the other"
same no "$([ -e "$house/other.fed" ] && echo yes || echo no)" "which still has all its paper"
post job/abandon '{}' >/dev/null

# It is plugged in.
mv "$house/away/tray" "$house/"
until_true 30 ready
say $? "when it comes the station finds it by its number, under another name"
job=$(declare_job "$volume" 3 | jq -r .job)
sleep 1
same declared "$(get .job.state)" "paper alone begins nothing when the settings say button"
touch "$house/tray/scan.button"
until_true 20 is_state counted,review
same "3 6" "$(get '.job | "\(.sheets_fed) \(.images)"')" "a press of its button feeds the stack"
same no "$([ -e "$house/other.fed" ] && echo yes || echo no)" "of our scanner, not of the other"
same OURS-2 "$(jq -r .scanner.serial "$house/spool/$job/job.json")" "whose number is kept with the job"
post job/abandon '{}' >/dev/null

# It goes while it waits, and comes back.
lay 2
job=$(declare_job "$volume" 2 | jq -r .job)
sleep 1
mv "$house/tray" "$house/away/"
until_true 20 absent
say $? "a scanner that goes while nothing is fed is missed"
mv "$house/away/tray" "$house/"
until_true 30 ready
say $? "and found again"

# By paper.
post job/abandon '{}' >/dev/null
stop_stationd
sed -i 's/^scan.start = .*/scan.start = paper/' "$house/stationd.conf"
lay 2
echo 'fed 2' >"$house/feeder"
start_stationd
log_in_operator
until_true 20 ready
job=$(declare_job "$volume" 2 | jq -r .job)
sleep 1.5
same declared "$(get .job.state)" "an empty feeder waits"
rm "$house/feeder"
until_true 20 is_state counted,review
same "2 4" "$(get '.job | "\(.sheets_fed) \(.images)"')" "paper laid in begins the job"
