/* Checkpoints and keys: known answers of other people's programs, and every changed byte.
 */
#include "check.h"

#include "repo-daemon/checkpoint.h"

/* Published with Go's golang.org/x/mod/sumdb: the checksum database, and the example key
 * of its package `note`. */
#define SUMDB "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
#define PETER "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
#define PETER_SIGNER \
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"

static struct bytes bytes_of(const char *text)
{
    return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

TEST(checkpoint_key, reads_the_keys_of_other_programs)
{
    struct checkpoint_key key;
    char text[CHECKPOINT_KEY_MAX];
    CHECK_OK(checkpoint_key_read_verifier(BYTES(SUMDB), &key, NULL));
    CHECK_TEXT("sum.golang.org", key.name);
    CHECK_OK(checkpoint_key_read_signer(BYTES(PETER_SIGNER), &key, NULL));
    checkpoint_key_verifier(&key, text);
    CHECK_TEXT(PETER, text);
    checkpoint_key_signer(&key, text);
    CHECK_TEXT(PETER_SIGNER, text);
}

TEST(checkpoint_key, signs_what_other_programs_sign)
{
    static const char note[] =
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n";
    static const char want[] =
        "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2p"
        "ZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=";
    struct checkpoint_key key;
    uint8_t both[4 + ED25519_SIGNATURE] = { 0xc7, 0x4f, 0x20, 0xa3 };
    char base64[128];
    CHECK_OK(checkpoint_key_read_signer(BYTES(PETER_SIGNER), &key, NULL));
    CHECK_OK(sign_make(key.seed, bytes_of(note), both + 4));
    base64_write((struct bytes){ both, sizeof both }, base64);
    CHECK_TEXT(want, base64);
}

TEST(checkpoint_key, refuses_every_changed_byte)
{
    struct checkpoint_key key;
    for (size_t i = 0; i < sizeof PETER - 1; i++) {
        char text[] = PETER;
        text[i] ^= 1;
        CHECK_RC(RC_INVALID, checkpoint_key_read_verifier(bytes_of(text), &key, NULL));
    }
    CHECK_RC(RC_INVALID, checkpoint_key_read_verifier(BYTES(PETER "\n"), &key, NULL));
    CHECK_RC(RC_INVALID, checkpoint_key_read_verifier(BYTES(""), &key, NULL));
    CHECK_RC(RC_INVALID, checkpoint_key_read_signer(BYTES(PETER), &key, NULL));
}

TEST(checkpoint_key, takes_names_that_fit_and_no_others)
{
    struct checkpoint_key key;
    char name[CHECKPOINT_NAME_MAX + 1];
    memset(name, 'n', sizeof name);
    name[CHECKPOINT_NAME_MAX] = 0;
    CHECK_RC(RC_INVALID, checkpoint_key_make(name, CHECKPOINT_LOG, &key, NULL));
    name[CHECKPOINT_NAME_MAX - 1] = 0;
    CHECK_OK(checkpoint_key_make(name, CHECKPOINT_LOG, &key, NULL));
    char text[CHECKPOINT_TEXT_MAX], signer[CHECKPOINT_KEY_MAX];
    struct checkpoint head = { UINT64_MAX, hash_sha256(BYTES("x")) }, back;
    CHECK_OK(checkpoint_write(&head, &key, text, NULL));
    CHECK_OK(checkpoint_read(bytes_of(text), &key, &back, NULL));
    CHECK(back.size == UINT64_MAX);
    checkpoint_key_signer(&key, signer);
    CHECK_OK(checkpoint_key_read_signer(bytes_of(signer), &key, NULL));
}

TEST(checkpoint_read, refuses_every_changed_byte)
{
    struct checkpoint_key key;
    struct checkpoint head = { 12345, hash_sha256(BYTES("root")) }, back;
    char text[CHECKPOINT_TEXT_MAX];
    CHECK_OK(checkpoint_key_make("juanku/440399", CHECKPOINT_LOG, &key, NULL));
    CHECK_OK(checkpoint_write(&head, &key, text, NULL));
    CHECK_OK(checkpoint_read(bytes_of(text), &key, &back, NULL));
    CHECK_INT(12345, back.size);
    CHECK(hash_equal(&head.root, &back.root));
    size_t len = strlen(text);
    for (size_t i = 0; i < len; i++)
        for (int bit = 0; bit < 8; bit++) {
            text[i] = (char)(text[i] ^ 1 << bit);
            CHECK(checkpoint_read((struct bytes){ (uint8_t *)text, len }, &key, &back,
                                  NULL));
            text[i] = (char)(text[i] ^ 1 << bit);
        }
    CHECK(checkpoint_read((struct bytes){ (uint8_t *)text, len - 1 }, &key, &back, NULL));
    strcat(text, "\n");
    CHECK(checkpoint_read(bytes_of(text), &key, &back, NULL));
}

TEST(checkpoint_read, refuses_another_court_and_another_key)
{
    struct checkpoint_key one, two, other;
    struct checkpoint head = { 1, hash_sha256(BYTES("root")) }, back;
    char text[CHECKPOINT_TEXT_MAX];
    CHECK_OK(checkpoint_key_make("juanku/440399", CHECKPOINT_LOG, &one, NULL));
    CHECK_OK(checkpoint_key_make("juanku/440399", CHECKPOINT_LOG, &two, NULL));
    CHECK_OK(checkpoint_key_make("juanku/440301", CHECKPOINT_LOG, &other, NULL));
    CHECK_OK(checkpoint_write(&head, &one, text, NULL));
    CHECK_RC(RC_INVALID, checkpoint_read(bytes_of(text), &other, &back, NULL));
    CHECK(checkpoint_read(bytes_of(text), &two, &back, NULL));
}
