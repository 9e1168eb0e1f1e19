/* Hashes, signatures and passwords: the one wrapper around libcrypto. */
#include "sys/hash.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

struct hash {
    EVP_MD_CTX *ctx;
};

/* libcrypto fails here only when memory is gone: no custody fact may rest on that. */
static void must(int ok)
{
    if (ok != 1) {
        (void)!write(STDERR_FILENO, "<2>libcrypto failed\n", 20);
        abort();
    }
}

/* Looking the algorithm up costs more than hashing an event: done once, and each thread
 * keeps a context, which goes with it. */
static EVP_MD *sha256_md;
static pthread_key_t sha256_of_thread;

static void context_end(void *ctx)
{
    EVP_MD_CTX_free(ctx);
}

static void sha256_fetch(void)
{
    sha256_md = EVP_MD_fetch(NULL, "SHA256", NULL);
    must(sha256_md != NULL);
    must(pthread_key_create(&sha256_of_thread, context_end) == 0);
}

static EVP_MD_CTX *sha256_begin(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    static _Thread_local EVP_MD_CTX *ctx;
    must(pthread_once(&once, sha256_fetch) == 0);
    if (!ctx) {
        ctx = EVP_MD_CTX_new();
        must(ctx != NULL && pthread_setspecific(sha256_of_thread, ctx) == 0);
    }
    must(EVP_DigestInit_ex2(ctx, sha256_md, NULL));
    return ctx;
}

struct sha256 hash_sha256_both(struct bytes first, struct bytes second)
{
    struct sha256 out;
    EVP_MD_CTX *ctx = sha256_begin();
    must(EVP_DigestUpdate(ctx, first.at, first.len));
    must(EVP_DigestUpdate(ctx, second.at, second.len));
    must(EVP_DigestFinal_ex(ctx, out.at, NULL));
    return out;
}

void hash_sha512_hex(struct bytes data, char ret_hex[SHA512_HEX])
{
    uint8_t out[64];
    must(EVP_Digest(data.len ? data.at : (const void *)"", data.len, out, NULL,
                    EVP_sha512(), NULL));
    for (size_t i = 0; i < sizeof out; i++)
        (void)snprintf(ret_hex + 2 * i, 3, "%02x", out[i]);
}

struct hash *hash_new(void)
{
    struct hash *hash = malloc(sizeof *hash);
    must(hash != NULL);
    hash->ctx = EVP_MD_CTX_new();
    must(hash->ctx != NULL);
    must(EVP_DigestInit_ex(hash->ctx, EVP_sha256(), NULL));
    return hash;
}

void hash_add(struct hash *hash, struct bytes data)
{
    must(EVP_DigestUpdate(hash->ctx, data.at, data.len));
}

struct sha256 hash_end(struct hash *hash)
{
    struct sha256 out;
    must(EVP_DigestFinal_ex(hash->ctx, out.at, NULL));
    must(EVP_DigestInit_ex(hash->ctx, EVP_sha256(), NULL));
    return out;
}

void hash_free(struct hash *hash)
{
    if (!hash)
        return;
    EVP_MD_CTX_free(hash->ctx);
    free(hash);
}

enum rc hash_fd(int fd, struct sha256 *ret_hash, uint64_t *ret_size, struct fault *why)
{
    struct hash *hash = hash_new();
    uint8_t piece[64 * 1024];
    uint64_t size = 0;
    ssize_t n;
    while ((n = pread(fd, piece, sizeof piece, (off_t)size)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            break;
        hash_add(hash, (struct bytes){ piece, (size_t)n });
        size += (uint64_t)n;
    }
    int err = errno;
    struct sha256 out = hash_end(hash);
    hash_free(hash);
    if (n < 0)
        return fault_set(why, rc_of_errno(err), err, "read: %s", strerror(err));
    *ret_hash = out;
    *ret_size = size;
    return RC_OK;
}

void hash_hex(struct sha256 hash, char ret_hex[SHA256_HEX])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < SHA256_SIZE; i++) {
        ret_hex[2 * i] = digits[hash.at[i] >> 4];
        ret_hex[2 * i + 1] = digits[hash.at[i] & 15];
    }
    ret_hex[2 * SHA256_SIZE] = 0;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool hash_from_hex(const char *hex, struct sha256 *ret_hash)
{
    struct sha256 out;
    for (size_t i = 0; i < SHA256_SIZE; i++) {
        int high = hex_value(hex[2 * i]);
        int low = high < 0 ? -1 : hex_value(hex[2 * i + 1]);
        if (low < 0)
            return false;
        out.at[i] = (uint8_t)(high * 16 + low);
    }
    if (hex[2 * SHA256_SIZE])
        return false;
    *ret_hash = out;
    return true;
}

bool hash_equal(const struct sha256 *a, const struct sha256 *b)
{
    return memcmp(a->at, b->at, SHA256_SIZE) == 0;
}

enum rc sign_public(const uint8_t seed[ED25519_SEED], uint8_t ret_public[ED25519_PUBLIC])
{
    EVP_PKEY *key =
        EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, ED25519_SEED);
    size_t len = ED25519_PUBLIC;
    int ok = key && EVP_PKEY_get_raw_public_key(key, ret_public, &len);
    EVP_PKEY_free(key);
    return ok ? RC_OK : RC_INVALID;
}

enum rc sign_make(const uint8_t seed[ED25519_SEED], struct bytes message,
                  uint8_t ret_signature[ED25519_SIGNATURE])
{
    EVP_PKEY *key =
        EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, ED25519_SEED);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    size_t len = ED25519_SIGNATURE;
    int ok = key && ctx && EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) == 1 &&
             EVP_DigestSign(ctx, ret_signature, &len, message.at, message.len) == 1;
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(key);
    return ok ? RC_OK : RC_INVALID;
}

bool sign_holds(const uint8_t public_key[ED25519_PUBLIC], struct bytes message,
                const uint8_t signature[ED25519_SIGNATURE])
{
    EVP_PKEY *key =
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key, ED25519_PUBLIC);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    int ok =
        key && ctx && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key) == 1 &&
        EVP_DigestVerify(ctx, signature, ED25519_SIGNATURE, message.at, message.len) == 1;
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(key);
    return ok;
}

void random_fill(void *at, size_t len)
{
    uint8_t *next = at;
    while (len > 0) {
        ssize_t n = getrandom(next, len, 0);
        if (n < 0 && errno == EINTR)
            continue;
        must(n > 0);
        next += n;
        len -= (size_t)n;
    }
}

enum rc password_hash(const char *password, const uint8_t salt[16], uint8_t ret_hash[32])
{
    /* 32 MiB of memory for one try: slow for a guesser, 60 ms for a person. */
    int ok = EVP_PBE_scrypt(password, strlen(password), salt, 16, 1u << 15, 8, 1,
                            64u << 20, ret_hash, 32);
    return ok == 1 ? RC_OK : RC_NO_MEMORY;
}
