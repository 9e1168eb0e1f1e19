#!/bin/sh
# From programs to what a controller holds, in OUT/firmware/BOARD:
#
#   image.sh key KEY TO.c                      the keys that a bootloader believes, as C;
#                                              the private KEY is made when it is not there
#   image.sh host KEY TO.img TO.c              the host port's image, and the same as C
#   image.sh board BOARD KEY OBJECTS...        rack.img to send, and rack.elf: bootloader
#                                              and signed image in one file
#
# FIRMWARE_TRUST names files with more public keys, SECURITY the security version.
set -eu
cd "$(dirname "$0")/.."
out=${OUT:-out}
cross=${CROSS:-arm-none-eabi-}
juanku=$out/bin/juanku
security=$(cat firmware/security)
version=$("$juanku" --version | awk '{ print $2 }')
what=$1
shift

as_c() { # hexadecimal text
    sed 's/../0x&,/g; s/.*/    { & },/'
}

bytes() { # NAME FILE: its bytes as C
    od -An -v -tx1 "$2" | sed 's/ /0x/; s/ /,0x/g; s/$/,/' | { echo "const uint8_t $1[] = {"; cat; echo "};"; }
}

sign() { # KEY BOARD BODY TO
    "$juanku" rack sign --key-file "$1" --board "$2" --security "$security" --version "$version" --image "$3" -o "$4"
}

case $what in
key)
    mkdir -p "$(dirname "$2")"
    "$juanku" rack sign --key-file "$1" >"$2.pub"
    {
        echo '#include "firmware/hal/hal_bootloader.h"'
        echo 'const uint8_t boot_keys[][ED25519_KEY_LEN] = {'
        cat "$2.pub" ${FIRMWARE_TRUST:-} | as_c
        echo '};'
        echo 'const unsigned boot_key_count = COUNT(boot_keys);'
    } >"$2.new"
    if cmp -s "$2.new" "$2"; then rm "$2.new"; else mv "$2.new" "$2"; fi
    ;;
host)
    mkdir -p "$(dirname "$3")"
    sign "$1" 0 firmware/port/host/image.txt "$2"
    {
        echo '#include "core/bytes.h"'
        echo 'extern const uint8_t factory_image[];'
        echo 'extern const unsigned factory_len;'
        bytes factory_image "$2"
        echo 'const unsigned factory_len = sizeof factory_image;'
    } >"$3"
    ;;
board)
    board=$1 key=$2
    shift 2
    to=$out/firmware/$board
    case $board in mps2-an386) number=386 ;; stm32f405) number=405 ;; esac
    link="${cross}gcc -mcpu=cortex-m4 -mthumb -nostdlib -Wl,--gc-sections,--fatal-warnings -T firmware/port/$board/port.ld"
    $link "$@" -lgcc -o "$to/program.elf"
    "${cross}objcopy" -O binary -j .text -j .data "$to/program.elf" "$to/program.bin"
    sign "$key" $number "$to/program.bin" "$to/rack.img"
    "${cross}objcopy" -O binary -j .text -j .data "$to/boot.elf" "$to/boot.bin"
    head -c 512 "$to/rack.img" >"$to/head.bin"
    {
        echo '.syntax unified'
        echo '.section .boot,"a",%progbits'
        echo ".incbin \"$to/boot.bin\""
        echo '.section .head,"a",%progbits'
        echo ".incbin \"$to/head.bin\""
        [ "$board" = mps2-an386 ] || echo '.section .factory,"a",%progbits'
        [ "$board" = mps2-an386 ] || echo ".incbin \"$to/rack.img\""
    } >"$to/parts.s"
    "${cross}gcc" -mcpu=cortex-m4 -c "$to/parts.s" -o "$to/parts.o"
    $link "$@" "$to/parts.o" -lgcc -o "$to/rack.elf.new"
    # The bootloader knows the key, and the signature is over this very program.
    od -An -v -tx1 "$to/boot.bin" | tr -d ' \n' | grep -q "$("$juanku" rack sign --key-file "$key")" || {
        echo "$board: the bootloader does not know the key that signs" >&2
        exit 1
    }
    "${cross}objcopy" -O binary -j .text -j .data "$to/rack.elf.new" "$to/check.bin"
    cmp "$to/program.bin" "$to/check.bin"
    mv "$to/rack.elf.new" "$to/rack.elf"
    ;;
esac
