/* SHA-512 and the signature check of the bootloader against values from outside, against
 * libcrypto, and against every kind of signature that must not hold. */
#include "check.h"

#include "core/ed25519.h"
#include "sys/hash.h"

enum { ROUNDS = 150 };

static struct ed25519_work work;

static size_t from_hex(const char *text, uint8_t *ret_bytes)
{
    size_t len = strlen(text) / 2;
    for (size_t i = 0; i < len; i++) {
        unsigned byte = 0;
        CHECK_INT(1, sscanf(text + 2 * i, "%2x", &byte));
        ret_bytes[i] = (uint8_t)byte;
    }
    return len;
}

static void hash_of(struct bytes data, uint8_t ret_digest[SHA512_LEN])
{
    struct sha512 hash;
    sha512_begin(&hash);
    sha512_add(&hash, data);
    sha512_end(&hash, ret_digest);
}

TEST(sha512, gives_the_example_of_its_standard)
{
    /* FIPS 180-4 examples: "abc" */
    uint8_t digest[SHA512_LEN], want[SHA512_LEN];
    hash_of(BYTES("abc"), digest);
    from_hex("ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
             "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
             want);
    CHECK_BYTES(want, digest, SHA512_LEN);
}

TEST(sha512, agrees_with_libcrypto_on_every_length)
{
    uint8_t data[400], digest[SHA512_LEN], want[SHA512_LEN];
    char hex[SHA512_HEX];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 7 + 3);
    for (size_t len = 0; len <= sizeof data; len++) {
        struct sha512 hash;
        sha512_begin(&hash);
        sha512_add(&hash, (struct bytes){ data, len / 3 }); /* in two pieces */
        sha512_add(&hash, (struct bytes){ data + len / 3, len - len / 3 });
        sha512_end(&hash, digest);
        hash_sha512_hex((struct bytes){ data, len }, hex);
        from_hex(hex, want);
        CHECK_BYTES(want, digest, SHA512_LEN);
    }
}

/* RFC 8032, section 7.1 */
static const struct {
    const char *seed, *key, *message, *signature;
} vectors[] = {
    { "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bac"
      "c61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b" },
    { "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e"
      "458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00" },
    { "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
      "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290"
      "ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a" },
};

TEST(ed25519, holds_for_the_vectors_of_its_standard)
{
    for (size_t i = 0; i < COUNT(vectors); i++) {
        uint8_t seed[32], key[32], message[8], signature[64], made[64], public_key[32];
        size_t len = from_hex(vectors[i].message, message);
        from_hex(vectors[i].seed, seed);
        from_hex(vectors[i].key, key);
        from_hex(vectors[i].signature, signature);
        struct bytes text = { message, len };
        CHECK_OK(sign_public(seed, public_key));
        CHECK_BYTES(key, public_key, sizeof key);
        CHECK_OK(sign_make(seed, text, made));
        CHECK_BYTES(signature, made, sizeof made);
        CHECK(ed25519_holds(&work, key, text, signature));
    }
}

static uint32_t seed = 20261128;

static void fill(uint8_t *at, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        seed = seed * 1664525u + 1013904223u;
        at[i] = (uint8_t)(seed >> 24);
    }
}

TEST(ed25519, says_what_libcrypto_says_whatever_is_changed)
{
    printf("# seed %u\n", seed);
    for (unsigned i = 0; i < ROUNDS; i++) {
        uint8_t secret[32], key[32], message[96], signature[64];
        fill(secret, sizeof secret);
        fill(message, sizeof message);
        struct bytes text = { message, i % (sizeof message + 1) };
        CHECK_OK(sign_public(secret, key));
        CHECK_OK(sign_make(secret, text, signature));
        CHECK(ed25519_holds(&work, key, text, signature));
        uint8_t where, *const parts[] = { key, message, signature };
        const size_t lens[] = { sizeof key, text.len, sizeof signature };
        for (unsigned part = 0; part < COUNT(parts); part++) {
            fill(&where, 1);
            if (!lens[part])
                continue;
            parts[part][where / 8u % lens[part]] ^= (uint8_t)(1u << (where % 8u));
            CHECK(!ed25519_holds(&work, key, text, signature));
            CHECK(!sign_holds(key, text, signature));
            parts[part][where / 8u % lens[part]] ^= (uint8_t)(1u << (where % 8u));
        }
    }
}

TEST(ed25519, does_not_hold_with_any_bit_turned)
{
    uint8_t key[32], message[8], signature[64];
    size_t len = from_hex(vectors[2].message, message);
    from_hex(vectors[2].key, key);
    from_hex(vectors[2].signature, signature);
    for (unsigned bit = 0; bit < 8 * sizeof signature; bit++) {
        signature[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        CHECK(!ed25519_holds(&work, key, (struct bytes){ message, len }, signature));
        signature[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    }
    CHECK(!ed25519_holds(&work, key, (struct bytes){ message, len - 1 }, signature));
}

/* S + L fulfils the equation as well as S, and so would another spelling of a point. */
TEST(ed25519, knows_one_spelling_only)
{
    static const char *const order =
        "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
    uint8_t key[32], signature[64], add[32];
    from_hex(vectors[0].key, key);
    from_hex(vectors[0].signature, signature);
    from_hex(order, add);
    unsigned carry = 0;
    for (unsigned i = 0; i < 32; i++) {
        carry += (unsigned)signature[32 + i] + add[i];
        signature[32 + i] = (uint8_t)carry;
        carry >>= 8;
    }
    CHECK_INT(0, carry);
    CHECK(!ed25519_holds(&work, key, BYTES(""), signature));
    memcpy(signature + 32, add, 32); /* S = L */
    CHECK(!ed25519_holds(&work, key, BYTES(""), signature));
    memset(signature, 0, sizeof signature);
    CHECK(!ed25519_holds(&work, key, BYTES(""), signature));
}

/* Keys that spell no point, or one in a second way. With R the neutral point and S = 0
 * the equation holds for the neutral key whatever the message; its other spellings, which
 * are (1 and sign), (p + 1) and (p + 1 and sign), must not be read as the same. */
TEST(ed25519, takes_no_key_that_is_not_spelt_as_it_should)
{
    static const char *const keys[] = {
        "0100000000000000000000000000000000000000000000000000000000000080",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "0200000000000000000000000000000000000000000000000000000000000000",
    };
    uint8_t key[32], signature[64] = { 1 };
    for (size_t i = 0; i < COUNT(keys); i++) {
        from_hex(keys[i], key);
        CHECK(!ed25519_holds(&work, key, BYTES("anything"), signature));
    }
    memset(key, 0, sizeof key);
    key[0] = 1; /* the neutral point itself: the equation is what it is */
    CHECK(ed25519_holds(&work, key, BYTES("anything"), signature));
    signature[0] = 0xEE; /* R as p + 1 */
    memset(signature + 1, 0xFF, 30);
    signature[31] = 0x7F;
    CHECK(!ed25519_holds(&work, key, BYTES("anything"), signature));
}
