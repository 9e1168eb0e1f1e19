/* A controller with a bootloader on the bench, and a host that sends it programs. */
#ifndef TESTS_FIRMWARE_UPDATE_H
#define TESTS_FIRMWARE_UPDATE_H

#include "firmware_bench.h"

#include "core/crc32.h"
#include "firmware_images.h"

enum { BODY = 1500 };

static const struct hal_boot board = {
    .uid = { 1, 2, 3, 4, 5, 6 },
    .cause = RACK_RESET_POWER,
    .starts = 1,
    .address = BENCH_ADDRESS,
    .slots = 96,
    .hardware = IMAGE_BOARD,
    .lock = true,
};

static __attribute__((unused)) struct image_file factory, first, second, aged, foreign,
    forged, longest;
static bool recovering;

static __attribute__((constructor)) void make_images(void)
{
    const char *body = getenv("BODY");
    size_t len = body ? strtoul(body, NULL, 10) : BODY;
    uint8_t other[ED25519_SEED] = { 7 };
    factory = image_make(1, 700, IMAGE_BOARD, 1, image_seed);
    first = image_make(2, len, IMAGE_BOARD, 3, image_seed);
    second = image_make(3, len + 512, IMAGE_BOARD, 4, image_seed);
    aged = image_make(4, 600, IMAGE_BOARD, 2, image_seed);
    foreign = image_make(5, 600, IMAGE_BOARD + 1, 9, image_seed);
    forged = image_make(6, 600, IMAGE_BOARD, 9, other);
    longest = image_make(7, RACK_IMAGE_BODY_MAX, IMAGE_BOARD, 4, image_seed);
}

static __attribute__((destructor)) void free_images(void)
{
    struct image_file *const all[] = { &factory, &first,  &second, &aged,
                                       &foreign, &forged, &longest };
    for (size_t i = 0; i < COUNT(all); i++)
        free(all[i]->at);
}

static __attribute__((unused)) uint64_t running(void)
{
    return rack_image_id(bench_flash[HAL_AREA_RUN] + RACK_IMAGE_SIGNATURE_AT);
}

/* The controller starts; false: into recovery. */
static __attribute__((unused)) bool start(void)
{
    bench.restarts = 0;
    bench.driven = false;
    recovering = !boot_choose(&board);
    if (recovering)
        recovery_start(&board);
    else
        rack_init(&rack, &board);
    return !recovering;
}

static __attribute__((unused)) void pass_ms(unsigned ms)
{
    for (unsigned i = 0; i < ms; i++) {
        bench.now_us += 1000;
        if (recovering)
            (void)recovery_pass();
        else
            (void)rack_run(&rack);
    }
}

/* As the firmware is asked in other tests, but by whoever runs. */
static __attribute__((unused)) unsigned write_words(unsigned at, const uint16_t *words,
                                                    unsigned count)
{
    uint8_t frame[MODBUS_FRAME_MAX] = { BENCH_ADDRESS,       0x10, (uint8_t)(at >> 8),
                                        (uint8_t)at,         0,    (uint8_t)count,
                                        (uint8_t)(2 * count) };
    for (unsigned i = 0; i < count; i++) {
        frame[7 + 2 * i] = (uint8_t)(words[i] >> 8);
        frame[8 + 2 * i] = (uint8_t)words[i];
    }
    bench.out_len = 0;
    bench_send(frame, modbus_crc_append(frame, 7 + 2 * count));
    pass_ms(1);
    CHECK(bench.out_len >= 5 && modbus_crc_holds(bench.out, bench.out_len));
    return bench.out[1] & 0x80 ? bench.out[2] : 0;
}

static __attribute__((unused)) unsigned read_word(unsigned at)
{
    uint8_t frame[8] = { BENCH_ADDRESS, 4, (uint8_t)(at >> 8), (uint8_t)at, 0, 1 };
    bench.out_len = 0;
    bench_send(frame, modbus_crc_append(frame, 6));
    pass_ms(1);
    CHECK(bench.out_len >= 5);
    return bench.out[1] & 0x80 ? 0xE000u + bench.out[2]
                               : (unsigned)(bench.out[3] << 8 | bench.out[4]);
}

static __attribute__((unused)) unsigned begin_update(const struct image_file *file)
{
    uint32_t crc = crc32_of(file->at, file->len);
    const uint16_t words[] = { (uint16_t)(file->len >> 16), (uint16_t)file->len,
                               (uint16_t)(crc >> 16), (uint16_t)crc };
    unsigned no = write_words(RACK_AT_UPDATE_BEGIN, words, 4);
    pass_ms(2);
    return no;
}

static __attribute__((unused)) void make_chunk(const struct image_file *file,
                                               unsigned number, uint16_t *ret_words)
{
    uint8_t bytes[2 + RACK_CHUNK];
    size_t at = (size_t)number * RACK_CHUNK, len = file->len - at;
    memset(bytes, 0xFF, sizeof bytes);
    bytes[0] = (uint8_t)(number >> 8);
    bytes[1] = (uint8_t)number;
    memcpy(bytes + 2, file->at + at, len < RACK_CHUNK ? len : RACK_CHUNK);
    uint32_t crc = crc32_of(bytes, sizeof bytes);
    for (unsigned i = 0; i < sizeof bytes / 2; i++)
        ret_words[i] = (uint16_t)(bytes[2 * i] << 8 | bytes[2 * i + 1]);
    ret_words[RACK_CHUNK_WORDS - 2] = (uint16_t)(crc >> 16);
    ret_words[RACK_CHUNK_WORDS - 1] = (uint16_t)crc;
}

static __attribute__((unused)) unsigned chunks_of(const struct image_file *file)
{
    return (unsigned)((file->len + RACK_CHUNK - 1) / RACK_CHUNK);
}

static __attribute__((unused)) void send_chunks(const struct image_file *file)
{
    uint16_t words[RACK_CHUNK_WORDS];
    for (unsigned i = 0; i < chunks_of(file); i++) {
        make_chunk(file, i, words);
        CHECK_INT(0, write_words(RACK_AT_UPDATE_CHUNK, words, RACK_CHUNK_WORDS));
    }
}

static __attribute__((unused)) unsigned apply(void)
{
    const uint16_t word = RACK_UPDATE_APPLY;
    return write_words(RACK_AT_UPDATE_APPLY, &word, 1);
}

/* A host that sends the file; the controller restarts. */
static __attribute__((unused)) void update_to(const struct image_file *file)
{
    CHECK_INT(0, begin_update(file));
    send_chunks(file);
    CHECK_INT(0, apply());
    pass_ms(2);
    CHECK(bench.restarts);
    start();
}

/* A host that is there for so long. */
static __attribute__((unused)) void talk(unsigned seconds)
{
    for (unsigned i = 0; i < seconds && !bench.restarts; i++) {
        (void)read_word(RACK_AT_VERSION);
        pass_ms(999);
    }
}

static __attribute__((unused)) void new_board(void)
{
    memset(&bench, 0, sizeof bench);
    memset(bench_flash, 0xFF, sizeof bench_flash);
    memset(bench.eeprom, 0xFF, sizeof bench.eeprom);
    bench.outside = HAL_DOOR_SHUT;
    image_place(HAL_AREA_FACTORY, &factory);
    CHECK(start());
    CHECK(running() == factory.id);
}

static __attribute__((unused)) unsigned result(void)
{
    return read_word(RACK_AT_UPDATE_STATE) & 0xFF;
}

static __attribute__((unused)) unsigned state(void)
{
    return read_word(RACK_AT_UPDATE_STATE) >> 8;
}

/* Updated and kept. */
static __attribute__((unused)) void board_with(const struct image_file *file)
{
    new_board();
    update_to(file);
    talk(12);
    CHECK_INT(RACK_RESULT_KEPT, result());
}

#endif
