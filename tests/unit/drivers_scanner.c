/* The scanner driver's pure parts: words of devices, quirks, samples, sentences. */
#include "check.h"
#include "drivers/scanner/quirk.h"
#include "drivers/scanner/scanner.h"
#include "drivers/scanner/scanner_frame.h"
#include "drivers/scanner/scanner_match.h"

/* Word lists as real backends have them. */
static const char *const paper[] = { "Flatbed", "ADF Front", "ADF Duplex", NULL };
static const char *const sane_test[] = { "Flatbed", "Automatic Document Feeder", NULL };
static const char *const airscan[] = { "Flatbed", "ADF", "ADF Duplex", NULL };
static const char *const fujitsu[] = { "ADF Front", "ADF Back", "ADF Duplex", NULL };
static const char *const hpaio[] = { "Flatbed", "ADF", "Duplex", NULL };
static const char *const pixma[] = { "Flatbed", "Automatic Document Feeder", "ADF Duplex",
                                     "Transparency Unit", NULL };
static const char *const glass[] = { "Flatbed", NULL };

TEST(scanner_match_source, knows_the_words_of_many_backends)
{
    static const struct {
        const char *const *words;
        const char *flatbed, *front, *duplex;
    } cases[] = {
        { paper, "Flatbed", "ADF Front", "ADF Duplex" },
        { sane_test, "Flatbed", "Automatic Document Feeder", NULL },
        { airscan, "Flatbed", "ADF", "ADF Duplex" },
        { fujitsu, NULL, "ADF Front", "ADF Duplex" },
        { hpaio, "Flatbed", "ADF", "Duplex" },
        { pixma, "Flatbed", "Automatic Document Feeder", "ADF Duplex" },
        { glass, "Flatbed", NULL, NULL },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *want[] = { cases[i].flatbed, cases[i].front, cases[i].duplex };
        for (int source = SCANNER_FLATBED; source <= SCANNER_ADF_DUPLEX; source++) {
            const char *got =
                scanner_match_source(cases[i].words, (enum scanner_source)source);
            CHECK_TEXT(want[source] ? want[source] : "(none)", got ? got : "(none)");
        }
    }
}

TEST(scanner_match_source, never_takes_the_back_or_both_sides_for_the_front)
{
    static const char *const words[] = { "ADF Back", "ADF-duplex (long edge)", NULL };
    CHECK(!scanner_match_source(words, SCANNER_ADF_FRONT));
    CHECK_TEXT("ADF-duplex (long edge)", scanner_match_source(words, SCANNER_ADF_DUPLEX));
    CHECK(!scanner_match_source(NULL, SCANNER_FLATBED));
}

TEST(scanner_match_mode, knows_the_words_of_many_backends)
{
    static const char *const plain[] = { "Lineart", "Gray", "Color", NULL };
    static const char *const avision[] = { "Lineart",   "Dithered",    "Gray",
                                           "256 Color", "24bit Color", NULL };
    static const char *const brother[] = { "Black & White", "Gray[Error Diffusion]",
                                           "True Gray", "24bit Color[Fast]", NULL };
    CHECK_TEXT("Lineart", scanner_match_mode(plain, SCANNER_LINEART));
    CHECK_TEXT("Color", scanner_match_mode(plain, SCANNER_COLOR));
    CHECK_TEXT("24bit Color", scanner_match_mode(avision, SCANNER_COLOR));
    CHECK_TEXT("Black & White", scanner_match_mode(brother, SCANNER_LINEART));
    CHECK_TEXT("True Gray", scanner_match_mode(brother, SCANNER_GRAY));
    CHECK_TEXT("24bit Color[Fast]", scanner_match_mode(brother, SCANNER_COLOR));
}

TEST(scanner_words, have_a_sentence_and_a_word_of_their_own_for_every_end)
{
    for (int end = 0; end < SCANNER_END_COUNT; end++) {
        const char *sentence = scanner_sentence((enum scanner_end)end);
        CHECK(sentence && strlen(sentence) > 6 && strstr(sentence, "。"));
        for (int other = 0; other < end; other++) {
            CHECK(strcmp(sentence, scanner_sentence((enum scanner_end)other)));
            CHECK(strcmp(scanner_end_text((enum scanner_end)end),
                         scanner_end_text((enum scanner_end)other)));
        }
    }
}

TEST(scanner_words, read_back_what_they_write)
{
    for (int i = 0; i < 3; i++) {
        enum scanner_mode mode;
        enum scanner_source source;
        CHECK_OK(scanner_mode_read(scanner_mode_text((enum scanner_mode)i), &mode));
        CHECK_OK(
            scanner_source_read(scanner_source_text((enum scanner_source)i), &source));
        CHECK_INT(i, mode);
        CHECK_INT(i, source);
    }
    enum scanner_mode mode;
    CHECK_RC(RC_INVALID, scanner_mode_read("Purple", &mode));
    CHECK_RC(RC_INVALID, scanner_mode_read(NULL, &mode));
}

TEST(frame_narrow, keeps_a_sample_cut_in_half_between_runs)
{
    uint16_t wide[] = { 0x1234, 0xABCD, 0xFF00 };
    uint8_t bytes[sizeof wide];
    for (size_t cut = 0; cut <= sizeof wide; cut++) {
        struct frame_narrow state = { .has_half = false };
        memcpy(bytes, wide, sizeof wide);
        uint8_t first[sizeof wide], second[sizeof wide], all[3] = { 0 };
        memcpy(first, bytes, cut);
        memcpy(second, bytes + cut, sizeof wide - cut);
        size_t a = frame_narrow(&state, first, cut);
        size_t b = frame_narrow(&state, second, sizeof wide - cut);
        CHECK_INT(3, a + b);
        memcpy(all, first, a);
        memcpy(all + a, second, b);
        CHECK(all[0] == 0x12 && all[1] == 0xAB && all[2] == 0xFF);
        CHECK(!state.has_half);
    }
}

TEST(frame_planes, join_into_pixels_only_when_they_are_equally_long)
{
    struct frame_planes planes = { .len = { 0 } };
    uint8_t rgb[6];
    CHECK_OK(frame_planes_add(&planes, 0, BYTES("rR")));
    CHECK_OK(frame_planes_add(&planes, 2, BYTES("bB")));
    CHECK_OK(frame_planes_add(&planes, 1, BYTES("g")));
    CHECK(!frame_planes_whole(&planes));
    CHECK_OK(frame_planes_add(&planes, 1, BYTES("G")));
    CHECK(frame_planes_whole(&planes));
    frame_planes_join(&planes, 0, 2, rgb);
    CHECK_BYTES("rgbRGB", rgb, 6);
    frame_planes_free(&planes);
    CHECK(!frame_planes_whole(&planes));
}

TEST(quirks, of_the_house_are_all_readable_and_say_why)
{
    struct quirks quirks = { 0 };
    struct fault why = { .rc = RC_OK };
    CHECK_OK(quirks_load("drivers/quirks", &quirks, &why));
    CHECK(quirks.count >= 6);
    struct quirk quirk = quirk_find(&quirks, "epson2:libusb:001:004");
    CHECK_TEXT("adf-mode=Duplex", quirk.also[SCANNER_ADF_DUPLEX]);
    quirk = quirk_find(&quirks, "net:10.0.0.7:fujitsu:fi-7160:1234");
    CHECK_TEXT("double-feed", quirk.double_feed);
    quirk = quirk_find(&quirks, "net:[fe80::1]:canon_dr:libusb:001:003");
    CHECK_TEXT("adf-loaded", quirk.page_loaded);
    quirk = quirk_find(&quirks, "paper:stack-1");
    CHECK_TEXT("longest", quirk.height);
    quirk = quirk_find(&quirks, "kvs1025:libusb:001:009");
    CHECK_TEXT("no", quirk.double_feed); /* there it is a switch */
    CHECK(strstr(quirk.prefer, "double-feed=yes"));
    quirk = quirk_find(&quirks, "hpaio:/usb/x");
    CHECK_TEXT("", quirk.pattern); /* most devices need none */
    quirks_free(&quirks);
}

TEST(quirks, of_a_later_section_win_key_by_key)
{
    struct quirks quirks = { 0 };
    CHECK_OK(quirks_parse(BYTES("[a:*]\nwhy = all of them\njpeg = no\nsettle-ms=5\n"
                                "# one model\n[a:x*]\nwhy = only x\njpeg = c=JPEG\n"),
                          "t.conf", &quirks, NULL));
    CHECK_TEXT("no", quirk_find(&quirks, "a:y").jpeg);
    CHECK_TEXT("c=JPEG", quirk_find(&quirks, "a:x1").jpeg);
    CHECK_TEXT("5", quirk_find(&quirks, "a:x1").settle_ms);
    CHECK_TEXT("", quirk_find(&quirks, "b").jpeg);
    quirks_free(&quirks);
}

TEST(quirks, are_refused_with_the_line_when_wrong)
{
    static const char *const wrong[] = {
        "[a:*]\nwhy = x\ncolour = red\n",
        "jpeg = no\n",
        "[a:*\nwhy = x\n",
        "[]\nwhy = x\n",
        "[a:*]\njpeg = no\n",
        "[a:*]\nwhy =\n",
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct quirks quirks = { 0 };
        struct fault why = { .rc = RC_OK };
        CHECK_RC(RC_INVALID, quirks_parse((struct bytes){ (const uint8_t *)wrong[i],
                                                          strlen(wrong[i]) },
                                          "t.conf", &quirks, &why));
        CHECK(strstr(why.text, "t.conf"));
        quirks_free(&quirks);
    }
}
