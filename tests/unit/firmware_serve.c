/* The table of requests against the firmware without a board or a wire between; the same
 * table goes to the host port and to both boards in tests/sim/rack_conformance.c. */
#include "check.h"

#include "firmware_hal.h"
#include "firmware_images.h"
#include "rack_table.h"

static struct rack rack;

/* The answer's bytes with address, without CRC; 0: nobody answers. */
static size_t answer_to(const struct row *row, uint8_t *ret_answer)
{
    uint8_t frame[2 * MODBUS_FRAME_MAX] = { 1 };
    bench.out_len = 0;
    bench_send(frame, modbus_crc_append(frame, 1 + from_hex(row->request, frame + 1)));
    bench_wait(&rack, 30);
    if (!bench.out_len)
        return 0;
    CHECK(modbus_crc_holds(bench.out, bench.out_len));
    memcpy(ret_answer, bench.out, bench.out_len - MODBUS_CRC_LEN);
    return bench.out_len - MODBUS_CRC_LEN;
}

TEST(serve, answers_as_the_table_says)
{
    static const struct hal_boot boot = {
        .uid = { 1, 2, 3, 4, 5, 6 }, .cause = RACK_RESET_POWER, .starts = 1, .lock = true
    };
    unsigned wrong = 0;
    memset(&bench, 0, sizeof bench);
    bench.outside = HAL_DOOR_SHUT;
    struct image_file file = image_make(1, 100, 0, 1, image_seed);
    (void)image_place(HAL_AREA_RUN, &file); /* as the others run one of security 1 */
    free(file.at);
    rack_init(&rack, &boot);
    bench_wait(&rack, 300);
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint8_t said[MODBUS_FRAME_MAX], want[MODBUS_FRAME_MAX] = { 1 };
        size_t len = answer_to(&rows[i], said), want_len = 0;
        if (!rows[i].answer)
            continue;
        if (*rows[i].answer)
            want_len = 1 + from_hex(rows[i].answer, want + 1);
        if (len == want_len && !memcmp(said, want, len))
            continue;
        printf("# %s (%s): %zu bytes\n", rows[i].what, rows[i].request, len);
        wrong++;
    }
    CHECK_INT(0, wrong);
}
