/* The lamp engine: colour, rhythm, going out by itself, shows and the safe style. */
#include "check.h"

#include "firmware_hal.h"

#include "firmware/app/lamp.h"

static struct lamps lamps;

static void begin(void)
{
    memset(&bench, 0, sizeof bench);
    lamp_init(&lamps, RACK_SLOTS_MAX);
}

static uint16_t style(enum rack_colour colour, enum rack_mode mode, uint8_t bright,
                      uint8_t off)
{
    return rack_style_pack((struct rack_style){ colour, mode, bright, off, false });
}

static uint32_t light_at(uint32_t now_ms)
{
    lamp_tick(&lamps, -1, now_ms);
    return bench.lamps[2];
}

static void set(uint16_t value, uint32_t now_ms)
{
    lamp_set(&lamps, 2, 1, &value, now_ms);
}

TEST(lamp, shines_in_its_colour_and_brightness)
{
    static const uint32_t full[RACK_COLOURS] = { 0x000000, 0xFF0000, 0x00FF00, 0x0000FF,
                                                 0xFF8000, 0x00FFFF, 0xFF00FF, 0xFFFFFF };
    begin();
    for (unsigned i = 0; i < RACK_COLOURS; i++) {
        set(style((enum rack_colour)i, RACK_STEADY, 0, 0), 0);
        CHECK_INT(full[i], light_at(0));
    }
    set(style(RACK_WHITE, RACK_STEADY, 5, 0), 0);
    CHECK_INT(0x555555, light_at(0));
    CHECK_INT(0, bench.lamps[1]);
}

TEST(lamp, keeps_its_rhythm)
{
    static const struct {
        enum rack_mode mode;
        uint32_t on[4], off[4];
    } rhythms[] = {
        { RACK_BLINK, { 0, 499, 1000, 2499 }, { 500, 999, 1500, 2999 } },
        { RACK_HURRY, { 0, 124, 250, 1000 }, { 125, 249, 375, 1125 } },
        { RACK_FLASH, { 0, 99, 1000, 1099 }, { 100, 500, 999, 1100 } },
        { RACK_DOUBLE, { 0, 99, 200, 299 }, { 100, 199, 300, 999 } },
        { RACK_BREATHE, { 500, 1000, 1500, 3000 }, { 0, 2000, 4000, 6000 } },
    };
    begin();
    for (size_t i = 0; i < COUNT(rhythms); i++) {
        set(style(RACK_GREEN, rhythms[i].mode, 0, 0), 0);
        for (unsigned j = 0; j < 4; j++) {
            CHECK(light_at(rhythms[i].on[j]) != 0);
            CHECK_INT(0, light_at(rhythms[i].off[j]));
        }
    }
}

TEST(lamp, goes_out_by_itself_and_keeps_its_register)
{
    begin();
    set(style(RACK_RED, RACK_STEADY, 0, 3), 1000);
    uint16_t crc = lamp_crc(&lamps), value = lamps.style[2];
    CHECK(light_at(8999) != 0);
    CHECK(lamp_lit(&lamps, 2));
    CHECK_INT(0, light_at(9000));
    CHECK(!lamp_lit(&lamps, 2));
    CHECK_INT(crc, lamp_crc(&lamps));
    CHECK_INT(value, lamps.style[2]);
    set(value, 9100); /* writing it again lights it again */
    CHECK(light_at(9200) != 0);
}

TEST(lamp, goes_out_across_the_wrap_of_the_clock)
{
    begin();
    set(style(RACK_RED, RACK_STEADY, 0, 1), UINT32_MAX - 500);
    CHECK(light_at(UINT32_MAX) != 0);
    CHECK(light_at(1400) != 0);
    CHECK_INT(0, light_at(1500));
}

TEST(lamp, shows_the_safe_style_while_the_host_is_lost_and_then_its_own_again)
{
    begin();
    set(style(RACK_GREEN, RACK_STEADY, 0, 0), 0);
    lamp_tick(&lamps, style(RACK_AMBER, RACK_STEADY, 0, 0), 10);
    CHECK_INT(0xFF8000, bench.lamps[2]);
    CHECK_INT(0xFF8000, bench.lamps[50]);
    lamp_tick(&lamps, RACK_DARK, 20);
    CHECK_INT(0, bench.lamps[2]);
    lamp_tick(&lamps, -1, 30);
    CHECK_INT(0x00FF00, bench.lamps[2]);
    CHECK_INT(0, bench.lamps[50]);
}

TEST(lamp, plays_self_test_and_identify_and_returns)
{
    begin();
    set(style(RACK_BLUE, RACK_STEADY, 0, 0), 0);
    lamp_group(&lamps, RACK_GROUP_TEST, 100);
    CHECK_INT(0xFF0000, light_at(100));
    CHECK_INT(0x00FF00, light_at(1100));
    CHECK_INT(0x0000FF, light_at(2100));
    CHECK_INT(0xFFFFFF, light_at(3100));
    CHECK_INT(0x0000FF, light_at(4100));
    CHECK_INT(0, bench.lamps[3]);
    lamp_group(&lamps, RACK_GROUP_IDENTIFY, 5000);
    CHECK_INT(0xFFFFFF, light_at(5000));
    CHECK_INT(0, light_at(5125));
    lamp_group(&lamps, RACK_GROUP_DARK, 6000);
    CHECK_INT(0, light_at(6000));
    CHECK_INT(0x0F41, lamp_crc(&lamps));
}
