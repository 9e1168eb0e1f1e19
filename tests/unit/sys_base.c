/* Small things of lib/sys: faults, clocks, hashes, settings. */
#include "check.h"

#include "sys/clock.h"
#include "sys/conf.h"
#include "sys/fault.h"
#include "sys/file.h"
#include "sys/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

TEST(fault_set, cuts_a_long_text_between_characters)
{
    char longer[2 * FAULT_TEXT_MAX] = "";
    while (strlen(longer) + 3 < sizeof longer)
        strcat(longer, "卷");
    struct fault why;
    CHECK_RC(RC_FULL, fault_set(&why, RC_FULL, ENOSPC, "x%s", longer));
    size_t len = strlen(why.text);
    CHECK(len < FAULT_TEXT_MAX && (len - 1) % 3 == 0);
}

TEST(fault_wrap, keeps_the_first_cause_behind)
{
    struct fault why;
    (void)fault_set(&why, RC_IO, EIO, "disk");
    CHECK_RC(RC_IO, fault_wrap(&why, RC_IO, "page %d", 3));
    CHECK_TEXT("page 3: disk", why.text);
    CHECK_INT(EIO, why.err);
}

TEST(clock_text, writes_rfc3339_in_utc)
{
    char text[CLOCK_TEXT_MAX];
    clock_text(1795428930123, text);
    CHECK_TEXT("2026-11-23T10:15:30.123Z", text);
}

TEST(hash_sha256, gives_the_published_value_for_abc)
{
    char hex[SHA256_HEX];
    hash_hex(hash_sha256(BYTES("abc")), hex);
    CHECK_TEXT("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", hex);
    struct sha256 back, again = hash_sha256(BYTES("abc"));
    CHECK(hash_from_hex(hex, &back) && hash_equal(&back, &again));
    hex[3] = 'A';
    CHECK(!hash_from_hex(hex, &back));
}

TEST(sign_make, agrees_with_rfc_8032_test_1)
{
    static const uint8_t seed[32] = {
        0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a,
        0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32,
        0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
    };
    uint8_t key[32], signature[64];
    CHECK_OK(sign_public(seed, key));
    CHECK_INT(0xd7, key[0]);
    CHECK_INT(0x1a, key[31]);
    CHECK_OK(sign_make(seed, BYTES(""), signature));
    CHECK_INT(0xe5, signature[0]);
    CHECK_INT(0x0b, signature[63]);
    CHECK(sign_holds(key, BYTES(""), signature));
    CHECK(!sign_holds(key, BYTES("x"), signature));
}

TEST(base64_read, takes_only_canonical_text)
{
    uint8_t data[8];
    char text[16];
    CHECK_INT(4, base64_read("Zm9vYg==", 8, data, sizeof data));
    CHECK_BYTES("foob", data, 4);
    base64_write((struct bytes){ data, 4 }, text);
    CHECK_TEXT("Zm9vYg==", text);
    CHECK_INT(-1, base64_read("Zm9vYh==", 8, data, sizeof data));
    CHECK_INT(-1, base64_read("Zm9vYg=", 7, data, sizeof data));
    CHECK_INT(-1, base64_read("Zm9!Yg==", 8, data, sizeof data));
    CHECK_INT(-1, base64_read("Zm9vYmFyYmF6", 12, data, sizeof data));
}

TEST(password_hash, depends_on_password_and_salt)
{
    uint8_t a[32], b[32], salt[16] = { 1 };
    CHECK_OK(password_hash("口令", salt, a));
    CHECK_OK(password_hash("口令", salt, b));
    CHECK_BYTES(a, b, 32);
    salt[0] = 2;
    CHECK_OK(password_hash("口令", salt, b));
    CHECK(memcmp(a, b, 32) != 0);
}

struct settings {
    uint32_t dpi;
    char name[8];
    bool loud;
};

static const struct conf_key keys[] = {
    CONF_KEY_UINT(settings, dpi, "scan.dpi", 75, 1200, "300", "resolution"),
    CONF_KEY_TEXT(settings, name, "name", "ST01", "station"),
    CONF_KEY_BOOL(settings, loud, "loud", "no", "sounds"),
};

TEST(conf_set, names_the_bounds_in_its_refusal)
{
    struct settings s;
    struct fault why;
    conf_presets(keys, COUNT(keys), &s);
    CHECK_INT(300, s.dpi);
    CHECK_RC(RC_INVALID, conf_set(keys, COUNT(keys), &s, "scan.dpi", "6000", &why));
    CHECK_TEXT("scan.dpi: a number from 75 to 1200, not '6000'", why.text);
    CHECK_RC(RC_INVALID, conf_set(keys, COUNT(keys), &s, "scan.dpi", "-1", &why));
    CHECK_RC(RC_INVALID, conf_set(keys, COUNT(keys), &s, "name", "12345678", &why));
    CHECK_OK(conf_set(keys, COUNT(keys), &s, "name", "1234567", &why));
    CHECK_RC(RC_NOT_FOUND, conf_set(keys, COUNT(keys), &s, "nome", "x", &why));
}

TEST(conf_read, names_file_and_line_of_a_mistake)
{
    char path[] = "/tmp/juanku-conf-XXXXXX";
    int fd = mkstemp(path);
    CHECK_OK(
        file_write_all(fd, BYTES("# station\nscan.dpi = 400\nloud = perhaps\n"), NULL));
    struct settings s;
    struct fault why;
    CHECK_RC(RC_INVALID, conf_read(keys, COUNT(keys), &s, path, &why));
    CHECK(strstr(why.text, ":3: loud: yes or no") != NULL);
    CHECK_INT(400, s.dpi);
    close(fd);
    unlink(path);
}
