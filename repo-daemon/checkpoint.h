/* Signed tree heads: a C2SP checkpoint (tlog-checkpoint) is a note (signed-note) of
 *
 *   origin LF size LF base64(root) LF LF "— " name " " base64(key hash || signature) LF
 *
 * signed with Ed25519 over everything up to and with the third LF. Our origin is the name
 * of the key. The key's texts are those of signed notes as well:
 *
 *   verifier  name "+" hash "+" base64(0x01 || public key)
 *   signer    "PRIVATE+KEY+" name "+" hash "+" base64(0x01 || seed)
 *
 * where hash is 8 hex digits: the first four bytes of
 * SHA-256(name LF 0x01 public key), and a witness has 0x04 for 0x01. Reading is strict:
 * each value has one spelling, so a changed byte never goes unseen. Pure, no files. */
#ifndef REPO_CHECKPOINT_H
#define REPO_CHECKPOINT_H

#include "core/bytes.h"
#include "core/rc.h"
#include "sys/fault.h"
#include "sys/hash.h"

#include <stdint.h>

enum { CHECKPOINT_NAME_MAX = 120, CHECKPOINT_TEXT_MAX = 1024, CHECKPOINT_KEY_MAX = 256 };

/* What a key signs with; the byte stands in its texts and in its hash (signed-note). */
enum checkpoint_kind {
    CHECKPOINT_LOG = 1,     /* Ed25519: the ledger's own */
    CHECKPOINT_WITNESS = 4, /* cosignature/v1 (cosign.h) */
};

struct checkpoint_key {
    enum checkpoint_kind kind;
    char name[CHECKPOINT_NAME_MAX]; /* printable ASCII without space and '+' */
    uint8_t public_key[ED25519_PUBLIC];
    uint8_t seed[ED25519_SEED]; /* only for signing */
};

struct checkpoint {
    uint64_t size; /* leaves */
    struct sha256 root;
};

/* A fresh key from the system's random source. RC_INVALID when the name is not usable. */
MUST_USE enum rc checkpoint_key_make(const char *name, enum checkpoint_kind kind,
                                     struct checkpoint_key *ret_key, struct fault *why);
/* The texts have no newline; `..._read` wants none either. */
void checkpoint_key_verifier(const struct checkpoint_key *key,
                             char ret_text[CHECKPOINT_KEY_MAX]);
void checkpoint_key_signer(const struct checkpoint_key *key,
                           char ret_text[CHECKPOINT_KEY_MAX]);
MUST_USE enum rc checkpoint_key_read_verifier(struct bytes text,
                                              struct checkpoint_key *ret_key,
                                              struct fault *why);
MUST_USE enum rc checkpoint_key_read_signer(struct bytes text,
                                            struct checkpoint_key *ret_key,
                                            struct fault *why);

/* The first four bytes of the hash, which stand before each signature. */
enum { CHECKPOINT_HASH_SIZE = 4 };
void checkpoint_key_hash(const struct checkpoint_key *key,
                         uint8_t ret_hash[CHECKPOINT_HASH_SIZE]);

MUST_USE enum rc checkpoint_write(const struct checkpoint *head,
                                  const struct checkpoint_key *key,
                                  char ret_text[CHECKPOINT_TEXT_MAX], struct fault *why);
/* Read and verify.
 *   RC_INVALID  not a checkpoint, or of another origin, or the key is no log's
 *   RC_CORRUPT  the signature does not hold */
MUST_USE enum rc checkpoint_read(struct bytes text, const struct checkpoint_key *key,
                                 struct checkpoint *ret_head, struct fault *why);

#endif
