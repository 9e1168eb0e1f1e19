/* The register map of a rack controller: one list, three readers.
 *
 * Firmware, driver and manual all take their addresses from RACK_MAP below. The firmware
 * test checks that each address of the list answers and no other does; the manual test
 * checks that docs/rack.md prints exactly these rows. Registers are 16 bits, big-endian
 * on the wire; of 32-bit values the high word comes first. What can be read answers to
 * function 3 and to function 4 alike.
 *
 * Slots, lamps and sensors are counted from 0 here (slot 1 of a label is index 0). */
#ifndef CORE_RACK_MAP_H
#define CORE_RACK_MAP_H

#include "core/bytes.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    RACK_SLOTS_MAX = 120, /* one frame carries the whole lamp image */
    RACK_SLOTS_PRESET = 96,
    RACK_PRESENCE_WORDS = 8, /* index n: bit n % 16 of word n / 16 */
    RACK_EVENT_WORDS = 5,
    RACK_EVENTS_READ = 21, /* events that one read shows */
    RACK_NO_SLOT = 0xFF,
    RACK_PROTOCOL = 0x0100, /* major and minor byte */
    RACK_VENDOR = 0x4A4B,   /* "JK" */
    RACK_ADDRESS_PRESET = 1,
    RACK_ADDRESS_MAX = 247,
    RACK_BROADCAST_ADDRESS = 0,
    RACK_BAUD_PRESET = 115200,
    RACK_COUNTERS_CLEAR = 0xC1EA,
    RACK_COMMIT = 0x55AA,
    RACK_FACTORY = 0xDEFA,
    RACK_KEEPER_ADDRESS = 247, /* answers here too for a minute after the button */
    RACK_TAG_SIPHASH = 1,
    RACK_SEQ_LAST = 0xFFFF, /* then 1 again, under the next boot id */
    RACK_CHUNK = 240,       /* bytes of an image in one frame */
    RACK_CHUNK_WORDS = 1 + RACK_CHUNK / 2 + 2,
    RACK_UPDATE_APPLY = 0xB007,
    RACK_UPDATE_DROP = 0xD0FF,
};

enum rack_space { RACK_COIL, RACK_DISCRETE, RACK_REGISTER };

enum rack_access {
    RACK_READ = 1,
    RACK_WRITE = 2,
    RACK_BOTH = 3,
    RACK_WRITE_ALL = 6, /* may be written, also by broadcast */
    RACK_EXACT = 8,     /* the whole item by one function 16, nothing else with it */
    RACK_ORDER = RACK_WRITE | RACK_EXACT,
    RACK_ORDER_ALL = RACK_WRITE_ALL | RACK_EXACT,
};

/*  item, space, first, count, access, name, meaning */
#define RACK_MAP(ROW) \
    ROW(LAMP_COILS, COIL, 0, 120, BOTH, "lamp on", \
        "lamp n lit; writing 1 gives green, steady, full; writing 0 dark") \
    ROW(FULL_BITS, DISCRETE, 0, 120, READ, "slot full", "debounced presence of slot n") \
    ROW(RAW_BITS, DISCRETE, 1000, 120, READ, "slot full, raw", "the switch as it is") \
    ROW(VERSION, REGISTER, 0x0000, 1, READ, "protocol", \
        "version, major and minor byte; 0x0100") \
    ROW(BOOT, REGISTER, 0x0001, 1, READ, "boot id", \
        "one more at each start, and each time the event sequence starts again at 1") \
    ROW(STATUS, REGISTER, 0x0002, 1, READ, "status", "bits, see below") \
    ROW(NEWEST, REGISTER, 0x0003, 1, READ, "newest event", \
        "its sequence number; 0 until the boot event is written") \
    ROW(OLDEST, REGISTER, 0x0004, 1, READ, "oldest event", \
        "the oldest one not acknowledged; 0 when there is none") \
    ROW(LAMP_CRC, REGISTER, 0x0005, 1, READ, "lamp image", \
        "CRC-16/MODBUS of registers 0x0300-0x0377, high byte first") \
    ROW(LOCK, REGISTER, 0x0006, 1, READ, "lock", \
        "state and time left in 100 ms, a byte each; 0: no lock fitted") \
    ROW(RESET, REGISTER, 0x0007, 1, READ, "last reset", \
        "cause and fault code, a byte each") \
    ROW(PRESENCE, REGISTER, 0x0008, 8, READ, "presence", \
        "debounced; slot index n is bit n % 16 of word n / 16") \
    ROW(EVENTS, REGISTER, 0x0010, 105, READ, "events", \
        "the 21 oldest not acknowledged, 5 words each; 0 where there is none") \
    ROW(VENDOR, REGISTER, 0x0100, 1, READ, "vendor", "0x4A4B, \"JK\"") \
    ROW(MODEL, REGISTER, 0x0101, 1, READ, "model", \
        "1: lamps and switches, 2: and a lock") \
    ROW(HARDWARE, REGISTER, 0x0102, 1, READ, "hardware", "revision; 0: the host port") \
    ROW(FIRMWARE, REGISTER, 0x0103, 2, READ, "firmware", \
        "version, major and minor byte, then patch") \
    ROW(SOURCE, REGISTER, 0x0105, 2, READ, "source", \
        "first 32 bits of the commit; 0 when the build did not record it") \
    ROW(UID, REGISTER, 0x0107, 6, READ, "unique id", "96 bits of this controller") \
    ROW(SLOTS, REGISTER, 0x010D, 1, READ, "slots", "fitted, 1 to 120") \
    ROW(SENSOR, REGISTER, 0x010E, 1, READ, "sensor kind", "1: a switch in each slot") \
    ROW(FEATURES, REGISTER, 0x010F, 1, READ, "features", \
        "bit 0 lamps, 1 lock, 2 reader, 3 update") \
    ROW(IDENTITY_REST, REGISTER, 0x0110, 16, READ, "reserved", "reads 0") \
    ROW(NAME, REGISTER, 0x0120, 32, READ, "name", "text, two bytes a word, 0 behind it") \
    ROW(COUNT_MINE, REGISTER, 0x0180, 1, READ, "count: mine", \
        "requests to this address") \
    ROW(COUNT_ALL, REGISTER, 0x0181, 1, READ, "count: broadcast", \
        "requests to address 0") \
    ROW(COUNT_OTHER, REGISTER, 0x0182, 1, READ, "count: other", \
        "requests to and answers of other controllers") \
    ROW(COUNT_CRC, REGISTER, 0x0183, 1, READ, "count: bad frame", \
        "runs of bytes that are no frame, whole or by their CRC") \
    ROW(COUNT_FLAG, REGISTER, 0x0184, 1, READ, "count: line", \
        "bytes with a parity, framing or break flag") \
    ROW(COUNT_OVERRUN, REGISTER, 0x0185, 1, READ, "count: overrun", "bytes lost here") \
    ROW(COUNT_SHORT, REGISTER, 0x0186, 1, READ, "count: short", \
        "frames that silence cut off") \
    ROW(COUNT_EXCEPTION, REGISTER, 0x0187, 1, READ, "count: exception", \
        "requests that were answered with an exception") \
    ROW(COUNT_STALE, REGISTER, 0x0188, 1, READ, "count: stale", \
        "requests not answered because more bytes followed") \
    ROW(COUNT_HOST_LOST, REGISTER, 0x0189, 1, READ, "count: host lost", "times") \
    ROW(COUNT_EVENT_LOST, REGISTER, 0x018A, 1, READ, "count: event lost", \
        "older events of a slot dropped because the ring was full") \
    ROW(COUNT_LOOP, REGISTER, 0x018B, 1, READ, "longest pass", "of the main loop, us") \
    ROW(COUNT_CHATTER, REGISTER, 0x018C, 1, READ, "worst switch", \
        "slot index and its edges in the worst second, a byte each") \
    ROW(COUNT_BAD_TAG, REGISTER, 0x018D, 1, READ, "count: bad tag", \
        "orders to the lock") \
    ROW(COUNT_OPENED, REGISTER, 0x018E, 1, READ, "count: opened", "the lock, by orders") \
    ROW(COUNT_STACK, REGISTER, 0x018F, 1, READ, "stack peak", \
        "bytes; 0 where nobody can tell") \
    ROW(COUNT_STORE, REGISTER, 0x0190, 1, READ, "count: records", \
        "written to the EEPROM, ever; low word") \
    ROW(COUNT_RESETS, REGISTER, 0x0191, 5, READ, "count: starts", \
        "ever, by cause: unknown, power, pin, watchdog, fault") \
    ROW(COUNT_STARTS, REGISTER, 0x0196, 1, READ, "count: since power", \
        "starts since power came; 1 is the first") \
    ROW(CRASH_PC, REGISTER, 0x0197, 2, READ, "crash: pc", \
        "where the last fault or hang was; 0: none since power came") \
    ROW(CRASH_LR, REGISTER, 0x0199, 2, READ, "crash: lr", \
        "and where it was called from") \
    ROW(CRASH_STATUS, REGISTER, 0x019B, 2, READ, "crash: status", \
        "CFSR of the processor; 0 for a hang") \
    ROW(CRASH_ADDRESS, REGISTER, 0x019D, 2, READ, "crash: address", \
        "that could not be reached, else 0") \
    ROW(COUNT_REST, REGISTER, 0x019F, 16, READ, "reserved", "reads 0") \
    ROW(COUNT_CLEAR, REGISTER, 0x01AF, 1, WRITE, "clear counters", "0xC1EA clears") \
    ROW(RAW, REGISTER, 0x0200, 8, READ, "raw presence", "not debounced, as 0x0008") \
    ROW(LAMPS, REGISTER, 0x0300, 120, BOTH, "lamp n", "how lamp n shines, see below") \
    ROW(GROUP, REGISTER, 0x0380, 1, WRITE_ALL, "all lamps", \
        "0xA5A5 dark, 0x7E57 self-test, 0x1DEA identify; broadcast allowed") \
    ROW(SET_ADDRESS, REGISTER, 0x0400, 1, BOTH, "address", "1 to 247; preset 1") \
    ROW(SET_BAUD, REGISTER, 0x0401, 1, BOTH, "speed", \
        "bit/s divided by 100; preset 1152") \
    ROW(SET_PARITY, REGISTER, 0x0402, 1, BOTH, "parity", \
        "0 none, 1 odd, 2 even; preset 2") \
    ROW(SET_DELAY, REGISTER, 0x0403, 1, BOTH, "answer delay", "ms; preset 0") \
    ROW(SET_GAP, REGISTER, 0x0404, 1, BOTH, "resync gap", "ms of silence; preset 20") \
    ROW(SET_ON, REGISTER, 0x0405, 1, BOTH, "debounce on", "ms; preset 40") \
    ROW(SET_OFF, REGISTER, 0x0406, 1, BOTH, "debounce off", "ms; preset 40") \
    ROW(SET_HOST, REGISTER, 0x0407, 1, BOTH, "host time-out", "s; preset 30") \
    ROW(SET_SAFE, REGISTER, 0x0408, 1, BOTH, "safe lamp style", \
        "of every lamp while the host is lost; preset 0, dark") \
    ROW(SET_LOCK_TIME, REGISTER, 0x0409, 1, BOTH, "lock time", \
        "ms that it stays open when the order does not say; preset 5000") \
    ROW(SET_LOCK_MOST, REGISTER, 0x040A, 1, BOTH, "longest lock time", \
        "ms; preset 10000, at most 30000") \
    ROW(SET_SLOTS, REGISTER, 0x040B, 1, BOTH, "slots", "preset 96") \
    ROW(SET_READER, REGISTER, 0x040C, 1, READ, "reader mode", "0: no reader fitted") \
    ROW(SET_FEEDBACK, REGISTER, 0x040D, 1, READ, "bolt contact", \
        "0 not learnt yet, 1 closed when locked, 2 open when locked") \
    ROW(SET_REST, REGISTER, 0x040E, 17, READ, "reserved", "reads 0") \
    ROW(SET_COMMIT, REGISTER, 0x041F, 1, WRITE, "commit", \
        "0x55AA keeps the settings and puts them in force, 0xDEFA the presets") \
    ROW(CHALLENGE, REGISTER, 0x0500, 2, READ, "challenge", \
        "a new one each time 0x0500 is read; 0: no lock or no key") \
    ROW(LOCK_OPENED, REGISTER, 0x0502, 1, READ, "times opened", "since the start") \
    ROW(LOCK_RESULT, REGISTER, 0x0503, 1, READ, "last result", "of an order, see below") \
    ROW(LOCK_REQUEST, REGISTER, 0x0504, 2, READ, "last request", \
        "number that was obeyed") \
    ROW(LOCK_TAGS, REGISTER, 0x0506, 1, READ, "tags", "0 no key is set, 1 SipHash-2-4") \
    ROW(LOCK_REST, REGISTER, 0x0507, 1, READ, "reserved", "reads 0") \
    ROW(LOCK_ORDER, REGISTER, 0x0510, 12, ORDER, "lock order", \
        "operation, lock, hold ms, request (2), challenge (2), flags, tag (4)") \
    ROW(LOCK_KEY, REGISTER, 0x0520, 8, ORDER, "key", \
        "taken when none is set, or within a minute after the button; never readable") \
    ROW(ACK, REGISTER, 0x0600, 1, WRITE, "acknowledge", \
        "events up to this sequence number; it must lie between oldest and newest") \
    ROW(ACK_BOOT, REGISTER, 0x0601, 1, WRITE, "of boot", \
        "written together with 0x0600: the boot id of those events, or nothing is done") \
    ROW(CLAIM, REGISTER, 0x0F00, 7, ORDER_ALL, "claim", \
        "unique id (6) and the address that this controller, and no other, takes") \
    ROW(UPDATE_STATE, REGISTER, 0x1000, 1, READ, "update", \
        "state and last result, a byte each, see below") \
    ROW(UPDATE_NEXT, REGISTER, 0x1001, 1, READ, "next chunk", \
        "number of the one that is wanted") \
    ROW(UPDATE_LEFT, REGISTER, 0x1002, 1, READ, "trial", \
        "seconds that are left to a new image; 0: it is kept") \
    ROW(UPDATE_SECURITY, REGISTER, 0x1003, 1, READ, "security", \
        "version of the image that runs") \
    ROW(UPDATE_FLOOR, REGISTER, 0x1004, 1, READ, "least security", \
        "an image below it never runs again") \
    ROW(UPDATE_IMAGE, REGISTER, 0x1005, 4, READ, "image", \
        "first 64 bits of the signature of the image that runs; 0: none") \
    ROW(UPDATE_BEGIN, REGISTER, 0x1010, 4, ORDER, "begin update", \
        "bytes (2) and CRC-32 (2) of the file") \
    ROW(UPDATE_APPLY, REGISTER, 0x1014, 1, ORDER, "end update", \
        "0xB007 restarts into what was sent, 0xD0FF drops it") \
    ROW(UPDATE_CHUNK, REGISTER, 0x1020, 123, ORDER, "chunk", \
        "number, 240 bytes, CRC-32 (2) of all before")

#define RACK_MAP_ITEM(item, ...) RACK_MAP_##item,
enum rack_item { RACK_MAP(RACK_MAP_ITEM) RACK_ITEMS };
#undef RACK_MAP_ITEM

#define RACK_MAP_AT(item, space, first, ...) RACK_AT_##item = (first),
enum rack_at { RACK_MAP(RACK_MAP_AT) };
#undef RACK_MAP_AT

struct rack_row {
    uint16_t first, count;
    uint8_t space;  /* enum rack_space */
    uint8_t access; /* enum rack_access */
};

struct rack_words {
    const char *name, *meaning;
};

/* By enum rack_item: sorted by space, then by address, without overlap. The words stand
 * apart so that a controller need not carry them. */
extern const struct rack_row rack_rows[RACK_ITEMS];
extern const struct rack_words rack_words[RACK_ITEMS];

/* The item that `address` belongs to; RACK_ITEMS when it is not in the map. */
enum rack_item rack_map_find(enum rack_space space, uint16_t address);

/* The item that `first` belongs to when each of `count` (1 or more) addresses from there
 * is in the map and allows `access`; else RACK_ITEMS. And just whether it is so. */
enum rack_item rack_map_run(enum rack_space space, uint16_t first, uint16_t count,
                            enum rack_access access);
bool rack_map_allows(enum rack_space space, uint16_t first, uint16_t count,
                     enum rack_access access);

/* The item that starts at register `first` when it is RACK_EXACT and has `count` words;
 * RACK_ITEMS: another. */
enum rack_item rack_map_order(uint16_t first, uint16_t count);

enum rack_status_bit {
    RACK_DOOR_OPEN = 1u << 0,
    RACK_LOCKED = 1u << 1,
    RACK_LOCK_MISMATCH = 1u << 2,
    RACK_BUTTON = 1u << 3,
    RACK_OVERFLOW = 1u << 4, /* until the events that stood then are acknowledged */
    RACK_DEFAULTED = 1u << 5,
    RACK_LOW_SUPPLY = 1u << 6,
    RACK_HOST_WAS_LOST = 1u << 7, /* until that event is acknowledged */
    RACK_SCAN_WAITING = 1u << 8,
    RACK_TAMPER = 1u << 9,
    RACK_UPDATING = 1u << 10, /* an image is coming */
    RACK_SAFE_MODE = 1u << 11,
    RACK_SENSOR_FAULT = 1u << 12, /* a switch chatters */
};

enum rack_reset_cause {
    RACK_RESET_UNKNOWN,
    RACK_RESET_POWER,
    RACK_RESET_PIN,
    RACK_RESET_WATCHDOG,
    RACK_RESET_FAULT,
    RACK_RESET_CAUSES
};

/* Low byte of register 0x0007. */
enum rack_fault {
    RACK_FAULT_NONE,
    RACK_FAULT_MEMORY,     /* the MPU, or the bus, refused an address */
    RACK_FAULT_PROGRAM,    /* no such instruction, or one that may not be */
    RACK_FAULT_HARD,       /* a fault in a fault */
    RACK_FAULT_STACK,      /* the stack ran into its guard */
    RACK_FAULT_HANG,       /* the watchdog was not kicked */
    RACK_FAULT_STORE = 16, /* the EEPROM does not answer: nothing is kept */
};

/* High byte of register 0x1000. */
enum rack_update_state {
    RACK_UPDATE_IDLE,
    RACK_UPDATE_ERASING,   /* deaf for up to three seconds */
    RACK_UPDATE_RECEIVING, /* and after the last chunk, ready to be applied */
    RACK_UPDATE_TRIAL,     /* a new image runs and has not proved itself yet */
    RACK_UPDATE_RECOVERY,  /* no image is fit to run: only an update is served */
    RACK_UPDATE_STATES
};

/* Low byte of register 0x1000: how the last update ended; kept over restarts. */
enum rack_update_result {
    RACK_RESULT_NONE,
    RACK_RESULT_TRIAL,         /* installed, on trial */
    RACK_RESULT_KEPT,          /* it has proved itself */
    RACK_RESULT_ROLLED_BACK,   /* it has not; the one before runs again */
    RACK_RESULT_FELL_BACK,     /* the image was spoilt; another that is fit runs */
    RACK_RESULT_REPAIRED,      /* it was spoilt, and copied anew */
    RACK_RESULT_NO_IMAGE,      /* refused: the head is none, or its length is wrong */
    RACK_RESULT_OTHER_BOARD,   /* refused: made for another controller */
    RACK_RESULT_TOO_OLD,       /* refused: below the least security version */
    RACK_RESULT_UNKNOWN_KEY,   /* refused: signed by a key that is not known here */
    RACK_RESULT_BAD_SIGNATURE, /* refused: the signature does not hold */
    RACK_RESULT_SPOILT,        /* refused: the bytes are not those that were signed */
    RACK_RESULT_FLASH,         /* the flash did not take it */
    RACK_RESULTS
};

enum rack_group {
    RACK_GROUP_DARK = 0xA5A5,
    RACK_GROUP_TEST = 0x7E57,
    RACK_GROUP_IDENTIFY = 0x1DEA,
};

/* Bits 0-3 of a lamp register. */
enum rack_colour {
    RACK_DARK,
    RACK_RED,
    RACK_GREEN,
    RACK_BLUE,
    RACK_AMBER,
    RACK_CYAN,
    RACK_MAGENTA,
    RACK_WHITE,
    RACK_COLOURS
};

/* Bits 4-6 of a lamp register. */
enum rack_mode {
    RACK_STEADY,
    RACK_BLINK,  /* 1 Hz */
    RACK_HURRY,  /* 4 Hz */
    RACK_FLASH,  /* 10 % of a second */
    RACK_DOUBLE, /* two pulses a second */
    RACK_BREATHE,
    RACK_MODES
};

/* Bit 7: an order waits at this slot. It means something only while the host is lost: the
 * lamp then shines on, and goes out when a hand has done what it asks for.
 *
 * Bits 8-11 are the brightness: 0 full, else n/15. Bits 12-15 switch the lamp off by
 * itself: 0 never, else 2^n seconds after it was written. The register keeps its value,
 * so the image CRC does not change when a lamp goes out. */
struct rack_style {
    enum rack_colour colour;
    enum rack_mode mode;
    uint8_t brightness; /* 0..15 */
    uint8_t off_power;  /* 0..15 */
    bool waits;         /* an order does, at this slot */
};

uint16_t rack_style_pack(struct rack_style style);
struct rack_style rack_style_unpack(uint16_t value); /* of a valid value */

/* Colour and mode are right. Here, because an image has 120 of them. */
static inline bool rack_style_valid(uint16_t value)
{
    return (value & 0x000Fu) < RACK_COLOURS && (value & 0x0070u) < RACK_MODES << 4;
}
uint16_t rack_lamps_crc(const uint16_t image[RACK_SLOTS_MAX]);

/* English words of the wire between programs: "green", "steady". NULL out of range. */
const char *rack_colour_name(enum rack_colour colour);
const char *rack_mode_name(enum rack_mode mode);

enum rack_event_type {
    RACK_PLACED = 1,
    RACK_REMOVED,
    RACK_DOOR_OPENED,
    RACK_DOOR_CLOSED,
    RACK_UNLOCKED,
    RACK_LOCKED_AGAIN,
    RACK_FORCED,
    RACK_HELD_OPEN,
    RACK_BUTTON_PRESSED,
    RACK_SCANNED,
    RACK_CHATTER, /* value: edges in one second */
    RACK_SUPPLY,
    RACK_BOOTED, /* value: slots full */
    RACK_HOST,   /* value: 0 lost, 1 back */
    RACK_BAD_TAG,
    RACK_EVENT_TYPES
};

struct rack_event {
    uint32_t uptime_cs; /* 10 ms since the controller started */
    uint16_t seq;       /* 1..RACK_SEQ_LAST; (boot id, seq) names an event for ever */
    uint16_t value;     /* placed, removed: edges the switch made on the way */
    uint8_t type;       /* enum rack_event_type */
    uint8_t slot;       /* index, or RACK_NO_SLOT */
};

void rack_event_pack(const struct rack_event *event,
                     uint16_t ret_words[RACK_EVENT_WORDS]);
void rack_event_unpack(const uint16_t words[RACK_EVENT_WORDS],
                       struct rack_event *ret_event);
const char *rack_event_name(
    unsigned type); /* "placed"; NULL when there is no such type */

/* Sequence numbers run 1, 2, ... RACK_SEQ_LAST, 1, ...; 0 is none. */
uint16_t rack_seq_next(uint16_t seq);
/* Steps from `from` to `to`; both not 0. */
uint16_t rack_seq_steps(uint16_t from, uint16_t to);
/* The boot id of event `seq`, when the registers show `boot` and `newest`: an event with
 * a higher number than the newest was written before the numbers started again. */
uint16_t rack_seq_boot(uint16_t seq, uint16_t newest, uint16_t boot);

#endif
