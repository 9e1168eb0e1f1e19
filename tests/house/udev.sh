#!/bin/sh
# The udev rules are understood, and give devices the names, owners and care that the
# manuals promise: two devices played by umockdev run through udev's own rule engine.
# In a mount space of its own, so that neither /dev nor /etc of this machine changes.
set -u
cd "$(dirname "$0")/../.."
if [ "${1:-}" != inside ]; then
    exec unshare -m ${UNSHARE_USER-$([ "$(id -u)" = 0 ] || echo -r)} sh "$0" inside
fi
say() { [ "$1" = 0 ] && echo "ok - $2" || echo "not ok - $2"; }

work=$(mktemp -d)
here=$PWD/udev
mount -t tmpfs none "$work" && mkdir "$work/dev" "$work/hw" "$work/run" || exit 1
for node in null zero full random urandom tty; do
    : >"$work/dev/$node" && mount --bind "/dev/$node" "$work/dev/$node" || exit 1
done
# umockdev shows devices through pseudo terminals
mkdir "$work/dev/pts" "$work/dev/shm" && mount -t devpts -o newinstance,ptmxmode=0666 none "$work/dev/pts" && ln -s pts/ptmx "$work/dev/ptmx" || exit 1
mkdir -p "$work/hw/etc/udev/hwdb.d" "$work/run/udev/rules.d"
cp udev/61-juanku.hwdb "$work/hw/etc/udev/hwdb.d/"
cp udev/*.rules "$work/run/udev/rules.d/"
systemd-hwdb --root="$work/hw" --strict update >"$work/hwdb.said" 2>&1 && [ ! -s "$work/hwdb.said" ]
say $? "systemd-hwdb takes the list of devices without a word"
mount --bind "$work/hw/etc/udev" /etc/udev && mount --rbind "$work/dev" /dev && mount --bind "$work/run" /run || exit 1

# udevadm test always ends with 0: what it says of our files is the verdict.
complaints() { udevadm test /sys/class/mem/null 2>&1 | grep -E "/rules.d/$1" | grep -v "^Reading rules file"; }
printf 'SUBSYSTEM=="mem", GROUPP="root"\n' >/run/udev/rules.d/71-wrong.rules
complaints 71-wrong.rules | grep -q . && say 0 "a wrong rule would be seen" || say 1 "a wrong rule would be seen"
rm /run/udev/rules.d/71-wrong.rules
for rules in "$here"/*.rules; do
    name=$(basename "$rules")
    complaints "$name" >/run/said
    [ -s /run/said ] && sed 's/^/# /' /run/said
    [ ! -s /run/said ]
    say $? "udev has no complaint about $name"
done

# device, path below /sys/devices, then what must be said of it
played() {
    device=$1
    umockdev-run -d "tests/data/udev/$1.umockdev" -- udevadm test "/sys/devices/pci0000:00/0000:00:14.0/usb1/$2" >/run/said 2>&1
    shift 2
    for want; do
        grep -qE "$want" /run/said
        say $? "$device: $want"
    done
}
usb=1-1/1-1:1.0/0003:05E0:1200.0001/input/input20/event7
played reader $usb '^DEVLINKS=.*/dev/juanku/reader-pci-0000_00_14_0-usb-0_1_1_0' \
    '70-juanku-reader.rules:[0-9]+ MODE 0660' '^LIBINPUT_IGNORE_DEVICE=1' \
    '^SYSTEMD_WANTS=juanku-stationd.service' '^CURRENT_TAGS=.*:systemd:'
usb=1-2/1-2:1.0/ttyUSB0
played rack $usb/tty/ttyUSB0 '^DEVLINKS=.*/dev/juanku/rack-A50285BI' '^ID_MM_DEVICE_IGNORE=1' \
    '70-juanku-rack.rules:[0-9]+ MODE 0660'
played rack $usb '70-juanku-rack.rules:[0-9]+ ATTR.*latency_timer.*"?1"?'
played rack 1-2 '70-juanku-rack.rules:[0-9]+ ATTR.*power/control.*"?on"?'
exit 0
