/* SHA-256 and Ed25519 through libcrypto (FIPS 180-4, RFC 8032). The only files of the
 * house that include OpenSSL headers are hash.c and hash_seal.c. */
#ifndef SYS_HASH_H
#define SYS_HASH_H

#include "core/bytes.h"
#include "core/rc.h"
#include "sys/fault.h"

#include <stdbool.h>

enum {
    SHA256_SIZE = 32,
    SHA256_HEX = 65,
    SHA512_HEX = 129,
    ED25519_SEED = 32,
    ED25519_PUBLIC = 32,
    ED25519_SIGNATURE = 64
};

struct sha256 {
    uint8_t at[SHA256_SIZE];
};

struct hash; /* a running hash */

struct sha256 hash_sha256_both(struct bytes first, struct bytes second); /* one text */
static inline struct sha256 hash_sha256(struct bytes data)
{
    return hash_sha256_both(data, BYTES(""));
}
void hash_sha512_hex(struct bytes data, char ret_hex[SHA512_HEX]);

/* A running SHA-256. new never returns NULL (it ends the process when out of memory). */
struct hash *hash_new(void);
void hash_add(struct hash *hash, struct bytes data);
struct sha256 hash_end(struct hash *hash); /* the hash may be used again from empty */
void hash_free(struct hash *hash);         /* accepts NULL */

/* Hash of a file from its start, by reading; the offset of fd is not used. */
MUST_USE enum rc hash_fd(int fd, struct sha256 *ret_hash, uint64_t *ret_size,
                         struct fault *why);

void hash_hex(struct sha256 hash, char ret_hex[SHA256_HEX]);  /* lower case */
bool hash_from_hex(const char *hex, struct sha256 *ret_hash); /* exactly 64 digits */
bool hash_equal(const struct sha256 *a, const struct sha256 *b);

/* Ed25519. `seed` is the 32-byte private key of RFC 8032. */
MUST_USE enum rc sign_public(const uint8_t seed[ED25519_SEED],
                             uint8_t ret_public[ED25519_PUBLIC]);
MUST_USE enum rc sign_make(const uint8_t seed[ED25519_SEED], struct bytes message,
                           uint8_t ret_signature[ED25519_SIGNATURE]);
bool sign_holds(const uint8_t public_key[ED25519_PUBLIC], struct bytes message,
                const uint8_t signature[ED25519_SIGNATURE]);

/* Bytes from the system's random source. Ends the process if there are none. */
void random_fill(void *at, size_t len);
/* 128 random bits as 32 lower-case hex digits with NUL: the id of a command. */
void random_id(char ret_id[33]);

/* scrypt (RFC 7914), N=2^15 r=8 p=1, 32 bytes. */
MUST_USE enum rc password_hash(const char *password, const uint8_t salt[16],
                               uint8_t ret_hash[32]);

/* HMAC with SHA-1 (RFC 2104), as one-time codes want it. Ends the process when there is
 * no memory. */
enum { HMAC_SHA1 = 20 };
void hash_hmac_sha1(struct bytes key, struct bytes text, uint8_t ret_mac[HMAC_SHA1]);

/* Sealed: encrypted and proven (AES-256-GCM), bound to `about`, which is not secret.
 * `ret_sealed` has room for SEAL_MORE bytes more than the secret, `ret_secret` for as
 * many less. RC_CORRUPT: another key, another `about`, or not what was sealed. */
enum { SEAL_KEY = 32, SEAL_MORE = 28 };
MUST_USE enum rc seal_make(const uint8_t key[SEAL_KEY], struct bytes about,
                           struct bytes secret, uint8_t *ret_sealed);
MUST_USE enum rc seal_open(const uint8_t key[SEAL_KEY], struct bytes about,
                           struct bytes sealed, uint8_t *ret_secret);

/* Base64 of RFC 4648 section 4. `ret_text` holds 4 * ((len + 2) / 3) + 1 bytes. */
void base64_write(struct bytes data, char *ret_text);
/* Returns the number of bytes, or -1 when `text` is not canonical base64. */
long base64_read(const char *text, size_t len, uint8_t *ret_data, size_t room);

#endif
