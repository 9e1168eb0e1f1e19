/* Certificates of machines (X.509, RFC 5280): keys on P-256, requests (PKCS #10,
 * RFC 2986), and a small authority that signs them with ECDSA and SHA-256. GnuTLS
 * underneath; all texts are PEM. The name of a machine is the common name of its subject.
 * Nothing here reads or writes a file. */
#ifndef NET_CERT_H
#define NET_CERT_H

#include "core/bytes.h"
#include "core/rc.h"
#include "sys/fault.h"
#include "sys/hash.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    CERT_PEM_MAX = 4096, /* with NUL */
    CERT_NAME_MAX = 21,  /* letters, digits, '.', '_', '-'; with NUL */
    CERT_SERIAL_MAX = 41 /* lower-case hex of at most 20 bytes, with NUL */
};

/* What a certificate says. */
struct cert_about {
    char name[CERT_NAME_MAX];
    char serial[CERT_SERIAL_MAX];
    char sha256[SHA256_HEX];   /* of its DER form */
    int64_t from_ms, until_ms; /* Unix time, UTC; whole seconds */
};

bool cert_name_usable(const char *name);

/* A new private key. Wipe it after use. */
MUST_USE enum rc cert_key_new(char ret_pem[CERT_PEM_MAX], struct fault *why);

/* Ask to be certified as `name` by the owner of the key. */
MUST_USE enum rc cert_request(const char *key, const char *name,
                              char ret_pem[CERT_PEM_MAX], struct fault *why);

/* The authority's own certificate, signed by itself; it may sign machines and nothing
 * below them. `name` is for people to read, at most 60 bytes. */
MUST_USE enum rc cert_authority(const char *key, const char *name, int64_t from_ms,
                                int64_t until_ms, char ret_pem[CERT_PEM_MAX],
                                struct fault *why);

/* Sign a request that an outsider wrote. Only its public key is taken over; name, span
 * and purpose (client of TLS) are the authority's. Chinese sentences:
 *   RC_INVALID  no request, not signed by its own key, a key that is too weak, or a
 *               request for another name */
struct cert_order {
    const char *authority_key, *authority; /* borrowed PEM, as request */
    struct bytes request;                  /* need not end in NUL */
    const char *name;
    int64_t from_ms, until_ms;
};
MUST_USE enum rc cert_sign(const struct cert_order *order, char ret_pem[CERT_PEM_MAX],
                           struct cert_about *ret_about, struct fault *why);

/* RC_INVALID: not one certificate in PEM, or one without a usable name. */
MUST_USE enum rc cert_read(struct bytes pem, struct cert_about *ret_about,
                           struct fault *why);

#endif
