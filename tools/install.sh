#!/bin/sh
# Install what `make all` built: install.sh DESTDIR PREFIX
set -eu
dest=$1
prefix=$2
out=${OUT:-out}
put() { install -D -m "$1" "$2" "$dest$3"; }
for program in juanku juanku-repod juanku-stationd; do put 755 "$out/bin/$program" "$prefix/bin/$program"; done
put 755 "$out/sane/libsane-paper.so.1" "$prefix/lib/$(gcc -print-multiarch)/sane/libsane-paper.so.1"
put 644 repo-daemon/juanku-repod.service "$prefix/lib/systemd/system/juanku-repod.service"
put 644 station/juanku-stationd.service "$prefix/lib/systemd/system/juanku-stationd.service"
for rules in udev/*.rules; do put 644 "$rules" "$prefix/lib/udev/rules.d/$(basename "$rules")"; done
put 644 udev/61-juanku.hwdb "$prefix/lib/udev/hwdb.d/61-juanku.hwdb"
put 644 tools/juanku.sysusers "$prefix/lib/sysusers.d/juanku.conf"
put 640 repo-daemon/repod.conf /etc/juanku/repod.conf
put 640 station/stationd.conf /etc/juanku/stationd.conf
put 644 "$out/models/chi_sim_best.traineddata" "$prefix/share/juanku/models/chi_sim_best.traineddata"
for quirk in drivers/quirks/*.conf; do put 644 "$quirk" "$prefix/share/juanku/quirks/$(basename "$quirk")"; done
for preset in intake loan calendar retention; do put 644 "repo-daemon/data/$preset.json" "$prefix/share/juanku/data/$preset.json"; done
for page in docs/*.md docs/pictures/*.png; do put 644 "$page" "$prefix/share/doc/juanku/${page#docs/}"; done
# Chinese is the only language they have, so they are the pages of every other locale too.
for page in docs/man/*.[158]; do
    for folder in man/zh_CN man; do put 644 "$page" "$prefix/share/$folder/man${page##*.}/$(basename "$page")"; done
done
