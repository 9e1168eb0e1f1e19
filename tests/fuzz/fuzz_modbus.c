/* The bus side of the rack controller: whatever is heard, every answer is whole, and the
 * lamps change only through a request with a right CRC that stood on the line.
 *
 * Input: bytes as they come over the wire. 0xFE begins a command: 0xFE n lets n * 250 us
 * pass (n below 0xF0), 0xFE 0xFD is a byte with a line error, 0xFE 0xFC flips switches,
 * 0xFE 0xFE is the byte itself, 0xFE 0xFB appends the CRC of all since the last pause. */
#include "firmware_hal.h"

#include <stdlib.h>

enum { PAUSE = 0xF0, CRC = 0xFB, SWITCHES = 0xFC, FLAG = 0xFD, ESCAPE = 0xFE };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct rack rack;

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void look(uint16_t crc_before, unsigned requests_before)
{
    const struct event_log *log = &rack.events;
    unsigned requests = rack.stream.counts.mine + rack.stream.counts.all;
    require(rack_lamps_crc(rack.lamps.style) == lamp_crc(&rack.lamps));
    require(lamp_crc(&rack.lamps) == crc_before || requests != requests_before);
    for (unsigned i = 0; i < RACK_SLOTS_MAX; i++)
        require(rack_style_valid(rack.lamps.style[i]));
    require(!bench.drives); /* nobody here can make a tag */
    require(log->used <= EVENT_RING && rack.stream.len <= MODBUS_STREAM_ROOM);
    if (!bench.out_len)
        return;
    require(bench.out_len <= MODBUS_FRAME_MAX && bench.out[0] != 0 &&
            bench.out[0] <= RACK_ADDRESS_MAX);
    require(modbus_crc_holds(bench.out, bench.out_len));
    require(modbus_answer_len(bench.out, bench.out_len) == (int)bench.out_len ||
            bench.out_len == 5);
    bench.out_len = 0;
}

static void step(uint32_t us)
{
    uint16_t crc = lamp_crc(&rack.lamps);
    unsigned requests = rack.stream.counts.mine + rack.stream.counts.all;
    bench.now_us += us;
    (void)rack_run(&rack);
    look(crc, requests);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t frame[MODBUS_FRAME_MAX];
    size_t len = 0;
    if (size > 4096)
        return 0;
    bench_rack(&rack);
    bench.lock = true;
    bench_start(&rack);
    bench_wait(&rack, 150);
    for (size_t i = 0; i < size; i++) {
        if (data[i] != ESCAPE || i + 1 == size) {
            bench_send(&data[i], 1);
            if (len + 2 < sizeof frame)
                frame[len++] = data[i];
            continue;
        }
        uint8_t command = data[++i];
        if (command < PAUSE) {
            step(command * 250u);
            len = 0;
        } else if (command == FLAG) {
            step(0);
            bench.flag = HAL_UART_FLAGGED;
        } else if (command == SWITCHES) {
            bench.raw[i % RACK_PRESENCE_WORDS] ^= 0x5555;
            for (unsigned ms = 0; ms < 60; ms += 4)
                step(4000);
        } else if (command == CRC) {
            uint8_t whole[MODBUS_FRAME_MAX];
            memcpy(whole, frame, len);
            (void)modbus_crc_append(whole, len);
            bench_send(whole + len, MODBUS_CRC_LEN);
        } else if (command == ESCAPE) {
            bench_send(&command, 1);
            if (len + 2 < sizeof frame)
                frame[len++] = command;
        }
    }
    step(3000);
    step(30000);
    return 0;
}
