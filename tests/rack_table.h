/* One table of requests and answers, for every build of the rack. Nothing in it depends
 * on the board; the rack has a lock, 96 slots and the address 1, and has just started. */
#ifndef TESTS_RACK_TABLE_H
#define TESTS_RACK_TABLE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct row {
    const char *what;
    const char *request; /* hex, without address and CRC; n*XX repeats a byte */
    const char
        *answer; /* hex, the same; "" nobody answers; NULL: only equal everywhere */
};

static const struct row rows[] = {
    { "coils: one, dark", "01 0000 0001", "01 01 00" },
    { "coils: all", "01 0000 0078", "01 0F 15*00" },
    { "coils: one too many", "01 0000 0079", "81 02" },
    { "coils: none", "01 0000 0000", "81 03" },
    { "coils: 2001", "01 0000 07D1", "81 03" },
    { "inputs: presence", "02 0000 0078", "02 0F 15*00" },
    { "inputs: raw", "02 03E8 0010", "02 02 00 00" },
    { "inputs: between the two", "02 0078 0001", "82 02" },
    { "inputs: runs over the end", "02 FFFF 0002", "82 02" },
    { "holding: protocol", "03 0000 0001", "03 02 0100" },
    { "input: protocol", "04 0000 0001", "04 02 0100" },
    { "input: lamp image", "04 0005 0001", "04 02 0F41" },
    { "input: lock is shut", "04 0006 0001", "04 02 0100" },
    { "input: presence", "04 0008 0008", "04 10 16*00" },
    { "input: 125 is too long here", "04 0000 007D", "84 02" },
    { "input: 126 is too many", "04 0000 007E", "84 03" },
    { "input: 0 is too few", "04 0000 0000", "84 03" },
    { "input: gap in the map", "04 0079 0001", "84 02" },
    { "input: last address", "04 FFFF 0001", "84 02" },
    { "input: over the last address", "04 FFFF 0002", "84 02" },
    { "identity: vendor, model", "04 0100 0002", "04 04 4A4B 0002" },
    { "identity: firmware", "04 0103 0004", NULL },
    { "identity: slots to features", "04 010D 0003", "04 06 0060 0001 000B" },
    { "identity: name", "04 0120 0020", "04 40 6A75 616E 6B75 2072 6163 6B 53*00" },
    { "raw presence", "04 0200 0008", "04 10 16*00" },
    { "raw presence: one too far", "04 0200 0009", "84 02" },
    { "lamps: image", "03 0300 0078", "03 F0 240*00" },
    { "lamps: write one", "06 0300 0002", "06 0300 0002" },
    { "lamps: and read it", "03 0300 0002", "03 04 0002 0000" },
    { "lamps: its coil", "01 0000 0008", "01 01 01" },
    { "lamps: image CRC", "04 0005 0001", NULL },
    { "lamps: no such colour", "06 0300 0008", "86 03" },
    { "lamps: an order waits", "06 0300 0082", "06 0300 0082" },
    { "lamps: no such mode, though one waits", "06 0300 00E2", "86 03" },
    { "settings: no order waits everywhere", "06 0408 0082", "86 03" },
    { "lamps: no such mode", "06 0300 0062", "86 03" },
    { "lamps: several", "10 0301 0002 04 0011 0022", "10 0301 0002" },
    { "lamps: several, one wrong: none", "10 0301 0002 04 0033 0009", "90 03" },
    { "lamps: as before", "03 0301 0002", "03 04 0011 0022" },
    { "lamps: one too far", "10 0377 0002 04 0001 0001", "90 02" },
    { "lamps: count and bytes differ", "10 0300 0002 02 0001", "90 03" },
    { "lamps: 124 are longer than a frame", "10 0300 007C F8 248*00", "" },
    { "lamps: 0 are too few", "10 0300 0000 00", "90 03" },
    { "lamps: write and read", "17 0300 0001 0300 0001 02 0003", "17 02 0003" },
    { "lamps: read refused, nothing written", "17 0140 0001 0300 0001 02 0004", "97 02" },
    { "lamps: nothing was", "03 0300 0001", "03 02 0003" },
    { "lamps: write and read, wrong count", "17 0300 0000 0300 0001 02 0001", "97 03" },
    { "coil on", "05 0004 FF00", "05 0004 FF00" },
    { "coil: neither on nor off", "05 0004 0100", "85 03" },
    { "coil: no such", "05 0078 FF00", "85 02" },
    { "coil: as lamp", "03 0304 0001", "03 02 0002" },
    { "coils: several", "0F 0008 0009 02 FF 01", "0F 0008 0009" },
    { "coils: and read", "01 0008 000A", "01 02 FF 01" },
    { "coils: bytes missing", "0F 0008 0009 01 FF", "8F 03" },
    { "coils: one too far", "0F 0070 0009 02 FF 01", "8F 02" },
    { "coils: 1969", "0F 0000 07B1 F7 247*00", "8F 03" },
    { "group: dark", "06 0380 A5A5", "06 0380 A5A5" },
    { "group: image is dark", "04 0005 0001", "04 02 0F41" },
    { "group: no such order", "06 0380 1234", "86 03" },
    { "group: is not read", "03 0380 0001", "83 02" },
    { "read only", "06 0008 0000", "86 02" },
    { "counters: not the word to clear", "06 01AF 0000", "86 03" },
    { "settings: all", "03 0400 001F",
      "03 3E 0001 0480 0002 0000 0014 0028 0028 001E 0000 1388 2710 0060 38*00" },
    { "settings: no such address", "06 0400 00F8", "86 03" },
    { "settings: no such parity", "06 0402 0003", "86 03" },
    { "settings: host time-out drafted", "06 0407 003C", "06 0407 003C" },
    { "settings: wrong commit", "06 041F 1234", "86 03" },
    { "settings: commit is not read", "03 041F 0001", "83 02" },
    { "settings: bolt contact is learnt", "06 040D 0001", "86 02" },
    { "settings: reserved", "06 040E 0000", "86 02" },
    { "settings: commit", "06 041F 55AA", "06 041F 55AA" },
    { "settings: at most once a second", "06 041F 55AA", "86 06" },
    { "settings: kept", "03 0407 0001", "03 02 003C" },
    { "lock: no key yet", "04 0500 0008", "04 10 16*00" },
    { "lock: order without key", "10 0510 000C 18 0001 22*00", "90 03" },
    { "lock: result", "04 0503 0001", "04 02 0003" },
    { "lock: a piece of an order", "06 0510 0001", "86 03" },
    { "lock: eleven words", "10 0510 000B 16 22*00", "90 03" },
    { "lock: order is not read", "03 0510 0001", "83 02" },
    { "lock: order by function 23", "17 0000 0001 0510 000C 18 24*00", "97 03" },
    { "key: taken", "10 0520 0008 10 16*4B", "10 0520 0008" },
    { "key: not taken twice", "10 0520 0008 10 16*4C", "90 06" },
    { "key: never read", "03 0520 0008", "83 02" },
    { "lock: tags by SipHash", "04 0506 0001", "04 02 0001" },
    { "lock: bad tag", "10 0510 000C 18 0001 22*00", "90 03" },
    { "lock: result", "04 0503 0001", "04 02 0004" },
    { "lock: counted", "04 018D 0001", "04 02 0001" },
    { "lock: still shut", "04 0006 0001", "04 02 0100" },
    { "acknowledge: not that far", "06 0600 7FFF", "86 03" },
    { "acknowledge: nothing", "06 0600 0000", "86 03" },
    { "acknowledge: of another boot", "10 0600 0002 04 0001 7777", "90 03" },
    { "acknowledge: is not read", "03 0600 0001", "83 02" },
    { "no reader", "04 0700 0001", "84 02" },
    { "claim: another unique id", "10 0F00 0007 0E 14*11", "90 03" },
    { "update: nothing comes", "04 1000 0003", "04 06 0000 0000 0000" },
    { "update: security", "04 1003 0001", "04 02 0001" },
    { "update: between the two", "04 1009 0001", "84 02" },
    { "update: end before the beginning", "10 1014 0001 02 B007", "90 06" },
    { "update: no such end", "10 1014 0001 02 1234", "90 03" },
    { "update: by function 6", "06 1014 B007", "86 03" },
    { "update: shorter than a head", "10 1010 0004 08 0000 0200 1234 5678", "90 03" },
    { "update: longer than an area", "10 1010 0004 08 0001 0004 1234 5678", "90 03" },
    { "update: no multiple of four", "10 1010 0004 08 0000 0402 1234 5678", "90 03" },
    { "update: a piece of a beginning", "10 1010 0002 04 0000 0400", "90 03" },
    { "update: a chunk with a wrong sum", "10 1020 007B F6 246*00", "90 03" },
    { "update: a chunk before the beginning", "10 1020 007B F6 242*00 1C350BDD",
      "90 06" },
    { "update: a piece of a chunk", "10 1020 0002 04 0000 0000", "90 03" },
    { "update: chunks are not read", "03 1020 0001", "83 02" },
    { "update: dropped", "10 1014 0001 02 D0FF", "10 1014 0001" },
    { "diagnosis: echo", "08 0000 CAFE", "08 0000 CAFE" },
    { "diagnosis: clear with data", "08 000A 0001", "88 03" },
    { "diagnosis: clear", "08 000A 0000", "08 000A 0000" },
    { "diagnosis: exceptions", "08 000D 0000", "08 000D 0000" },
    { "diagnosis: no such", "08 0003 0000", "88 01" },
    { "who: name", "11", "11 0D 02 FF 6A75 616E 6B75 2072 6163 6B" },
    { "function 07 is not served", "07", "87 01" },
    { "function 16h is not served", "16 0300 FFFF 0000", "96 01" },
    { "function 18h is not served", "18 0000", "98 01" },
    { "identification: all, with the version", "2B 0E01 00", NULL },
    { "identification: the second", "2B 0E04 01",
      "2B 0E04 81 00 00 01 01 06 7261 636B 2D32" },
    { "identification: one", "2B 0E04 00", "2B 0E04 81 00 00 01 00 06 4A75 616E 6B75" },
    { "identification: no such object", "2B 0E04 03", "AB 02" },
    { "identification: no such way", "2B 0E05 00", "AB 03" },
    { "function 2B/0D is not served", "2B 0D01 00", "AB 01" },
    { "function 41h is unknown", "41 00", "C1 01" },
    { "function 64h is unknown", "64 0102 0304", "E4 01" },
    { "too short to be a read", "03 0000 00", "" },
    { "too long to be a read", "03 0000 0001 00", "" },
    { "after that all is well", "03 0000 0001", "03 02 0100" },
};

static size_t from_hex(const char *text, uint8_t *ret_bytes)
{
    size_t len = 0;
    while (*text) {
        unsigned byte, times = 1;
        int used = 0;
        if (*text == ' ') {
            text++;
            continue;
        }
        if (sscanf(text, "%u*%2x%n", &times, &byte, &used) != 2 || !used) {
            times = 1;
            if (sscanf(text, "%2x%n", &byte, &used) != 1)
                abort(); /* the table itself is wrong */
        }
        while (times-- > 0)
            ret_bytes[len++] = (uint8_t)byte;
        text += used;
    }
    return len;
}

#endif
