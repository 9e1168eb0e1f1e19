/* The certificate: refused when paper and pictures differ, and a root that anybody can
 * repeat with sha256sum. */
#include "check.h"
#include "repo-daemon/certificate.h"

#define A "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define B "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100"

TEST(certificate_root, is_the_hash_of_the_printed_list)
{
    struct rules_image images[] = { { .capture_sha256 = A }, { .capture_sha256 = B } };
    struct sha256 root, want = hash_sha256(BYTES(A "\n" B "\n"));
    CHECK_OK(certificate_root(images, COUNT(images), &root, NULL));
    CHECK(hash_equal(&want, &root));
    images[1].capture_sha256 = NULL;
    CHECK_RC(RC_INVALID, certificate_root(images, COUNT(images), &root, NULL));
    images[1].capture_sha256 = "abc";
    CHECK_RC(RC_INVALID, certificate_root(images, COUNT(images), &root, NULL));
}

TEST(certificate_write, certifies_only_what_agrees)
{
    struct rules_reconciliation result = { .ok = false };
    struct rules_image image = { RULES_PAGE, 0, 1, 6, 1, A, B, true };
    struct certificate_item item = { 6, "起诉状", 1, 1, 1 };
    struct certificate certificate = { .court = "法院",
                                       .case_no = "(2026)粤0399民初10027号",
                                       .kind = 1,
                                       .part = 1,
                                       .reconciliation = &result,
                                       .items = &item,
                                       .item_count = 1,
                                       .images = &image,
                                       .image_count = 1 };
    uint8_t *pdf = NULL;
    size_t len = 0;
    struct fault why = { 0 };
    CHECK_RC(RC_REFUSED, certificate_write(&certificate, &pdf, &len, &why));
    result.ok = true;
    CHECK_OK(certificate_write(&certificate, &pdf, &len, &why));
    CHECK(len > 1000 && !memcmp(pdf, "%PDF-1.4", 8));
    free(pdf);
    pdf = NULL;
    certificate.font_path = "/no/such.ttf";
    CHECK_RC(RC_NOT_FOUND, certificate_write(&certificate, &pdf, &len, &why));
    CHECK(!pdf);
}
