/* libmodbus behind rack_bus.h. Its context dies with the port it opened: after an error
 * that is not about a frame it is freed, and the next request begins with a new one. A
 * port that is a link may then lead to another device. */
#include "drivers/rack/rack_bus.h"
#include "drivers/rack/rack_port.h"

#include "sys/clock.h"
#include "sys/scope.h"

#include <errno.h>
#include <modbus.h>
#include <string.h>
#include <time.h>

struct rack_bus {
    char *path;
    unsigned baud;
    char parity;
    unsigned answer_ms;
    modbus_t *context;   /* NULL while the port is shut */
    int64_t quiet_until; /* monotonic ms: no request before */
    uint8_t late;        /* this one's answer may still be under way; 0: nobody's */
};

enum { MS_US = 1000, STOP_BITS = 1, DATA_BITS = 8 };

static void shut(struct rack_bus *bus)
{
    if (!bus->context)
        return;
    modbus_close(bus->context);
    modbus_free(bus->context);
    bus->context = NULL;
}

static enum rc open_port(struct rack_bus *bus, struct fault *why)
{
    if (bus->context)
        return RC_OK;
    bus->context =
        modbus_new_rtu(bus->path, (int)bus->baud, bus->parity, DATA_BITS, STOP_BITS);
    if (!bus->context)
        return fault_set(why, RC_UNAVAILABLE, errno, "cannot use port %s: %s", bus->path,
                         modbus_strerror(errno));
    if (modbus_connect(bus->context)) {
        int err = errno;
        modbus_free(bus->context);
        bus->context = NULL;
        return fault_set(why, RC_UNAVAILABLE, err, "cannot open port %s: %s", bus->path,
                         modbus_strerror(err));
    }
    rack_port_drop_bad_bytes(modbus_get_socket(bus->context));
    (void)modbus_set_response_timeout(bus->context, 0, bus->answer_ms * MS_US);
    (void)modbus_set_byte_timeout(bus->context, 0, RACK_BUS_BYTE_MS * MS_US);
    return RC_OK;
}

static void keep_gap(struct rack_bus *bus)
{
    int64_t left_ms = bus->quiet_until - clock_mono_ms();
    if (left_ms > 0)
        rack_bus_rest(bus, (unsigned)left_ms);
}

static enum rc take_line(struct rack_bus *bus, struct fault *why)
{
    keep_gap(bus);
    enum rc rc = rack_port_take(modbus_get_socket(bus->context), bus->path, why);
    if (rc == RC_UNAVAILABLE)
        shut(bus);
    return rc;
}

/* The gap belongs to the request: who comes next need not know of it. */
static void leave_line(struct rack_bus *bus, int gap_ms)
{
    /* One more, because the clock's millisecond may be nearly over. */
    bus->quiet_until = clock_mono_ms() + gap_ms + 1;
    keep_gap(bus);
    rack_port_leave(modbus_get_socket(bus->context));
}

/* What the errno of libmodbus means to a caller. */
static enum rc translate(struct rack_bus *bus, uint8_t address, struct fault *why)
{
    int err = errno;
    if (err == ETIMEDOUT)
        return fault_set(why, RC_TIMEOUT, err, "rack %u on %s does not answer", address,
                         bus->path);
    if (err == EMBXILFUN || err == EMBXILADD || err == EMBXILVAL || err == EMBXSFAIL ||
        err == EMBXSBUSY)
        return fault_set(why, RC_REFUSED, err - MODBUS_ENOBASE,
                         "rack %u on %s refuses: %s", address, bus->path,
                         modbus_strerror(err));
    if (err >= MODBUS_ENOBASE)
        return fault_set(why, RC_CORRUPT, err, "bad answer of rack %u on %s: %s", address,
                         bus->path, modbus_strerror(err));
    return fault_set(why, RC_UNAVAILABLE, err, "port %s is gone: %s", bus->path,
                     strerror(err));
}

struct request {
    uint8_t address;
    uint16_t at, count;
    const uint16_t *write; /* NULL: read */
    uint16_t *read;
    const uint8_t *write_bits; /* coils; NULL: not these */
    uint8_t *read_bits;        /* discrete inputs; NULL: not these */
};

union answer {
    uint16_t words[MODBUS_MAX_READ_REGISTERS];
    uint8_t bits[RACK_SLOTS_MAX];
};

/* What libmodbus says: the count when all went well, else -1 and errno. */
static int exchange(modbus_t *context, const struct request *r, union answer *answer)
{
    if (r->write_bits)
        return modbus_write_bits(context, r->at, r->count, r->write_bits);
    if (r->read_bits)
        return modbus_read_input_bits(context, r->at, r->count, answer->bits);
    if (r->write)
        return modbus_write_registers(context, r->at, r->count, r->write);
    return modbus_read_input_registers(context, r->at, r->count, answer->words);
}

static enum rc try_once(struct rack_bus *bus, const struct request *r, struct fault *why)
{
    union answer answer;
    enum rc rc = open_port(bus, why);
    if (bus->late == r->address)
        bus->quiet_until += RACK_BUS_LATE_MS;
    if (!rc)
        rc = take_line(bus, why);
    if (rc)
        return rc;
    bus->late = 0;
    (void)modbus_set_slave(bus->context, r->address);
    (void)modbus_flush(bus->context); /* an answer that came too late is nobody's */
    int done = exchange(bus->context, r, &answer);
    if (done == r->count) {
        if (r->read)
            memcpy(r->read, answer.words, r->count * sizeof *r->read);
        if (r->read_bits)
            memcpy(r->read_bits, answer.bits, r->count);
        leave_line(bus, RACK_BUS_GAP_MS);
        return RC_OK;
    }
    rc = translate(bus, r->address, why);
    if (rc == RC_TIMEOUT || rc == RC_CORRUPT)
        bus->late = r->address;
    if (rc == RC_UNAVAILABLE) {
        shut(bus);
        return rc;
    }
    (void)modbus_flush(bus->context);
    leave_line(bus, RACK_BUS_GAP_MS);
    return rc;
}

static enum rc ask(struct rack_bus *bus, const struct request *request, unsigned tries,
                   struct fault *why)
{
    enum rc rc = RC_INVALID;
    for (unsigned i = 0; i < tries; i++) {
        rc = try_once(bus, request, why);
        if (rc != RC_TIMEOUT && rc != RC_CORRUPT)
            break;
    }
    return rc;
}

struct rack_bus *rack_bus_new(const char *path, unsigned baud, char parity)
{
    struct rack_bus *bus = calloc(1, sizeof *bus);
    char *copy = strdup(path);
    if (!bus || !copy)
        abort();
    bus->path = copy;
    bus->baud = baud ? baud : RACK_BAUD_PRESET;
    bus->parity = parity ? parity : 'E';
    bus->answer_ms = RACK_BUS_ANSWER_MS;
    return bus;
}

void rack_bus_free(struct rack_bus *bus)
{
    if (!bus)
        return;
    shut(bus);
    free(bus->path);
    free(bus);
}

void rack_bus_patience(struct rack_bus *bus, unsigned answer_ms)
{
    bus->answer_ms = answer_ms;
}

enum rc rack_bus_read(struct rack_bus *bus, uint8_t address, uint16_t at, uint16_t count,
                      unsigned tries, uint16_t *ret_words, struct fault *why)
{
    if (!address || !count || count > MODBUS_MAX_READ_REGISTERS)
        return fault_set(why, RC_INVALID, 0, "no such read: address %u, %u words",
                         address, count);
    struct request request = {
        .address = address, .at = at, .count = count, .read = ret_words
    };
    return ask(bus, &request, tries ? tries : 1, why);
}

enum rc rack_bus_write(struct rack_bus *bus, uint8_t address, uint16_t at, uint16_t count,
                       unsigned tries, const uint16_t *words, struct fault *why)
{
    if (!address || !count || count > MODBUS_MAX_WRITE_REGISTERS)
        return fault_set(why, RC_INVALID, 0, "no such write: address %u, %u words",
                         address, count);
    struct request request = {
        .address = address, .at = at, .count = count, .write = words
    };
    return ask(bus, &request, tries ? tries : 1, why);
}

enum rc rack_bus_read_inputs(struct rack_bus *bus, uint8_t address, uint16_t at,
                             uint16_t count, unsigned tries, uint8_t *ret_bits,
                             struct fault *why)
{
    if (!address || !count || count > RACK_SLOTS_MAX)
        return fault_set(why, RC_INVALID, 0, "no such read: address %u, %u inputs",
                         address, count);
    struct request request = {
        .address = address, .at = at, .count = count, .read_bits = ret_bits
    };
    return ask(bus, &request, tries ? tries : 1, why);
}

enum rc rack_bus_write_coils(struct rack_bus *bus, uint8_t address, uint16_t at,
                             uint16_t count, const uint8_t *bits, struct fault *why)
{
    if (!address || !count || count > RACK_SLOTS_MAX)
        return fault_set(why, RC_INVALID, 0, "no such write: address %u, %u coils",
                         address, count);
    struct request request = {
        .address = address, .at = at, .count = count, .write_bits = bits
    };
    return ask(bus, &request, RACK_BUS_TRIES, why);
}

/* libmodbus would wait for an answer and call its absence a failure. */
static enum rc tell_all(struct rack_bus *bus, const uint8_t *raw, int len,
                        struct fault *why)
{
    enum rc rc = open_port(bus, why);
    if (!rc)
        rc = take_line(bus, why);
    if (rc)
        return rc;
    (void)modbus_set_slave(bus->context, RACK_BROADCAST_ADDRESS);
    if (modbus_send_raw_request(bus->context, raw, len) < 0) {
        rc = translate(bus, RACK_BROADCAST_ADDRESS, why);
        if (rc == RC_UNAVAILABLE)
            shut(bus);
        else
            leave_line(bus, RACK_BUS_GAP_MS);
        return rc;
    }
    leave_line(bus, RACK_BUS_BROADCAST_MS);
    return RC_OK;
}

enum rc rack_bus_group(struct rack_bus *bus, enum rack_group group, struct fault *why)
{
    const uint8_t raw[] = {
        RACK_BROADCAST_ADDRESS, MODBUS_FC_WRITE_SINGLE_REGISTER, RACK_AT_GROUP >> 8,
        RACK_AT_GROUP & 0xFF,   (uint8_t)((unsigned)group >> 8), (uint8_t)group
    };
    return tell_all(bus, raw, sizeof raw, why);
}

enum rc rack_bus_claim(struct rack_bus *bus, const uint16_t uid[RACK_UID_WORDS],
                       uint8_t address, struct fault *why)
{
    uint8_t raw[7 + 2 * (RACK_UID_WORDS + 1)] = { RACK_BROADCAST_ADDRESS,
                                                  MODBUS_FC_WRITE_MULTIPLE_REGISTERS,
                                                  RACK_AT_CLAIM >> 8,
                                                  RACK_AT_CLAIM & 0xFF,
                                                  0,
                                                  RACK_UID_WORDS + 1,
                                                  2 * (RACK_UID_WORDS + 1) };
    for (unsigned i = 0; i < RACK_UID_WORDS; i++) {
        raw[7 + 2 * i] = (uint8_t)(uid[i] >> 8);
        raw[8 + 2 * i] = (uint8_t)uid[i];
    }
    raw[sizeof raw - 1] = address;
    return tell_all(bus, raw, sizeof raw, why);
}
