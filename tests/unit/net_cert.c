/* Certificates of stations: who may get which. */
#include "check.h"

#include "net/cert.h"

#include <string.h>

static const int64_t day_ms = 24 * 3600 * 1000, now_ms = 1795860000000;

static struct {
    char key[CERT_PEM_MAX], pem[CERT_PEM_MAX];
    char station_key[CERT_PEM_MAX], request[CERT_PEM_MAX];
} at;

static void authority(void)
{
    if (*at.key)
        return;
    CHECK_OK(cert_key_new(at.key, NULL));
    CHECK_OK(cert_authority(at.key, "CA", now_ms, now_ms + 9 * day_ms, at.pem, NULL));
    CHECK_OK(cert_key_new(at.station_key, NULL));
    CHECK_OK(cert_request(at.station_key, "ST01", at.request, NULL));
}

static enum rc sign(const char *request, const char *name, struct cert_about *about,
                    char pem[CERT_PEM_MAX], struct fault *why)
{
    authority();
    struct cert_order order = {
        .authority_key = at.key,
        .authority = at.pem,
        .request = { (const uint8_t *)request, strlen(request) },
        .name = name,
        .from_ms = now_ms,
        .until_ms = now_ms + 5 * day_ms,
    };
    return cert_sign(&order, pem, about, why);
}

TEST(cert, says_whose_it_is_and_until_when)
{
    char pem[CERT_PEM_MAX];
    struct cert_about made = { .name = "" }, read = { .name = "" };
    authority();
    CHECK_OK(sign(at.request, "ST01", &made, pem, NULL));
    CHECK_OK(cert_read((struct bytes){ (uint8_t *)pem, strlen(pem) }, &read, NULL));
    CHECK_TEXT("ST01", read.name);
    CHECK_TEXT(made.serial, read.serial);
    CHECK_TEXT(made.sha256, read.sha256);
    CHECK_INT(now_ms, read.from_ms);
    CHECK_INT(now_ms + 5 * day_ms, read.until_ms);
    CHECK_INT(32, strlen(read.serial));
}

TEST(cert, of_the_same_request_is_another_each_time)
{
    char pem[CERT_PEM_MAX];
    struct cert_about first = { .name = "" }, second = { .name = "" };
    authority();
    CHECK_OK(sign(at.request, "ST01", &first, pem, NULL));
    CHECK_OK(sign(at.request, "ST01", &second, pem, NULL));
    CHECK(strcmp(first.serial, second.serial) != 0);
}

TEST(cert, is_not_given_for_another_name_than_was_asked)
{
    char pem[CERT_PEM_MAX];
    struct cert_about about;
    struct fault why = { 0 };
    authority();
    CHECK_RC(RC_INVALID, sign(at.request, "ST02", &about, pem, &why));
    CHECK(strstr(why.text, "另一台") != NULL);
}

TEST(cert, is_not_given_for_a_request_that_was_changed)
{
    char pem[CERT_PEM_MAX], changed[CERT_PEM_MAX];
    struct cert_about about;
    authority();
    for (size_t i = 40; at.request[i + 40]; i += 7) { /* each letter of the body */
        memcpy(changed, at.request, sizeof changed);
        if (changed[i] == '\n')
            continue;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        if (sign(changed, "ST01", &about, pem, NULL) == RC_OK &&
            strcmp(changed, at.request) != 0)
            fail_msg("letter %zu of the request was changed, and it was signed", i);
    }
    CHECK_RC(RC_INVALID, sign("", "ST01", &about, pem, NULL));
    CHECK_RC(RC_INVALID, sign(at.pem, "ST01", &about, pem, NULL));
}

TEST(cert, names_are_short_and_plain)
{
    CHECK(cert_name_usable("ST01"));
    CHECK(cert_name_usable("abcdefghij.-_4567890"));
    CHECK(!cert_name_usable("abcdefghij.-_45678901"));
    CHECK(!cert_name_usable(""));
    CHECK(!cert_name_usable("../x"));
    CHECK(!cert_name_usable("一号"));
}
