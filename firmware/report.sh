#!/bin/sh
# What the firmware takes on each board: flash of the program and of the bootloader, RAM
# (with stacks), and the deepest stack of the main loop, of the bootloader and of the handlers, added up over the compiler's call graph. A call
# through a pointer counts as the deepest function of its file that nobody calls by name.
# One line a board: "mps2-an386 flash 15028 ram 9744 stack 404 handlers 120 boot 14016 bootstack 700".
set -eu
cd "$(dirname "$0")/.."
out=${OUT:-out}
cross=${CROSS:-arm-none-eabi-}

graph() { # board, folder of its main, root functions...
    board=$1
    main_of=$2
    shift 2
    find "$out/arm/firmware/app" "$out/arm/firmware/boot" "$out/arm/lib/core" "$out/arm/firmware/port/arm" "$out/arm/firmware/port/$board" -name '*.ci' |
        grep -v "/$board/$([ "$main_of" = boot ] || echo boot/)main.ci" | xargs cat |
        awk -v roots="$*" '
        /^node:/ {
            split($0, part, "\""); name = part[2]
            if (match($0, /[0-9]+ bytes/)) own[name] = substr($0, RSTART, RLENGTH - 6) + 0
            if (/dynamic,? *unbounded|\(dynamic\)/) { print "dynamic stack in " name > "/dev/stderr"; exit 1 }
            file = name; sub(/:[^:]*$/, "", file); home[name] = file
        }
        /^edge:/ {
            split($0, part, "\""); from = part[2]; to = part[4]
            calls[from] = calls[from] " " to
            if (to != "__indirect_call") called[to] = 1
        }
        function depth(name, way,    list, n, i, deepest, d, other) {
            if (name in known) return known[name]
            if (index(way, " " name " ")) { if (name !~ /overflow/) print "recursion at " name > "/dev/stderr"; return 0 } # that one is the fault on demand
            n = split(calls[name], list, " ")
            for (i = 1; i <= n; i++) {
                if (list[i] == "__indirect_call") {
                    for (other in own)
                        if (home[other] == src(name) && home[other] != other && !(other in called)) {
                            d = depth(other, way name " ")
                            if (d > deepest) deepest = d
                        }
                } else {
                    d = depth(list[i], way name " ")
                    if (d > deepest) deepest = d
                }
            }
            return known[name] = own[name] + deepest
        }
        # Where a function stands: static ones carry their file, modbus_serve is the only
        # other one that calls through a pointer.
        function src(name) { return name == "modbus_serve" ? "firmware/app/modbus_serve.c" : home[name] }
        END {
            n = split(roots, root, " ")
            for (i = 1; i <= n; i++) { d = depth(root[i], " "); if (d > worst) worst = d }
            print worst + 0
        }'
}

for board in mps2-an386 stm32f405; do
    elf=$out/firmware/$board/rack.elf
    [ -r "$elf" ] || { echo "$board is not built: no ${cross}gcc" >&2; exit 3; }
    # Onto the main stack an interrupt pushes 32 bytes, 4 more to align.
    main=$(($(graph "$board" app port_main) + 36))
    # A handler that the watchdog's bark interrupts: the deeper of both, and a frame each.
    handlers=$(($(graph "$board" app line_receive line_send line_interrupt tick_barks) + $(graph "$board" app crash.c:hang_found firmware/port/arm/crash.c:hang_found firmware/port/arm/crash.c:fault_found) + 72))
    boot=$(($(graph "$board" boot port_main) + 36))
    bootflash=$("${cross}size" -A "$out/firmware/$board/boot.elf" | awk '$1 == ".text" || $1 == ".data" { flash += $2 } END { print flash }')
    "${cross}size" -A "$elf" | awk -v board="$board" -v main="$main" -v handlers="$handlers" -v boot="boot $bootflash bootstack $boot" '
        $1 == ".text" || $1 == ".data" || $1 == ".head" { flash += $2 }
        $1 == ".stack" || $1 == ".noinit" || $1 == ".data" || $1 == ".bss" { ram += $2 }
        END { print board, "flash", flash, "ram", ram, "stack", main, "handlers", handlers, boot }'
done
