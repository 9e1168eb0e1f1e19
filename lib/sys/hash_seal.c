/* Secrets that must be read again later: AES-256 in GCM (NIST SP 800-38D), and HMAC. */
#include "sys/hash.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

enum { NONCE = 12, TAG = 16 };

_Static_assert(SEAL_MORE == NONCE + TAG, "what a seal adds");

void hash_hmac_sha1(struct bytes key, struct bytes text, uint8_t ret_mac[HMAC_SHA1])
{
    size_t len = 0;
    if (!EVP_Q_mac(NULL, "HMAC", NULL, "SHA1", NULL, key.at, key.len, text.at, text.len,
                   ret_mac, HMAC_SHA1, &len) ||
        len != HMAC_SHA1)
        abort(); /* no memory: nobody is let in by a number that was not computed */
}

enum rc seal_make(const uint8_t key[SEAL_KEY], struct bytes about, struct bytes secret,
                  uint8_t *ret_sealed)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int len = 0, more = 0;
    random_fill(ret_sealed, NONCE);
    int ok =
        ctx && EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, ret_sealed) &&
        EVP_EncryptUpdate(ctx, NULL, &len, about.at, (int)about.len) &&
        EVP_EncryptUpdate(ctx, ret_sealed + NONCE, &len, secret.at, (int)secret.len) &&
        EVP_EncryptFinal_ex(ctx, ret_sealed + NONCE + len, &more) &&
        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, TAG,
                            ret_sealed + NONCE + secret.len);
    EVP_CIPHER_CTX_free(ctx);
    return ok ? RC_OK : RC_NO_MEMORY;
}

enum rc seal_open(const uint8_t key[SEAL_KEY], struct bytes about, struct bytes sealed,
                  uint8_t *ret_secret)
{
    if (sealed.len < SEAL_MORE)
        return RC_CORRUPT;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    size_t secret_len = sealed.len - SEAL_MORE;
    uint8_t tag[TAG];
    int len = 0, more = 0;
    memcpy(tag, sealed.at + NONCE + secret_len, TAG);
    int ok =
        ctx && EVP_DecryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, sealed.at) &&
        EVP_DecryptUpdate(ctx, NULL, &len, about.at, (int)about.len) &&
        EVP_DecryptUpdate(ctx, ret_secret, &len, sealed.at + NONCE, (int)secret_len) &&
        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, TAG, tag) &&
        EVP_DecryptFinal_ex(ctx, ret_secret + len, &more) > 0;
    EVP_CIPHER_CTX_free(ctx);
    return ok ? RC_OK : RC_CORRUPT;
}
