/* Who stands at the other end of a TLS connection: the certificate that it showed, looked
 * at once and kept with the connection; only its end is compared with the clock again. */
#include "net/http_wire.h"

#include "sys/clock.h"
#include "sys/hash.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <string.h>

static bool leaf_read(gnutls_session_t session, struct http_cert *cert)
{
    unsigned count = 0;
    const gnutls_datum_t *chain = gnutls_certificate_get_peers(session, &count);
    gnutls_x509_crt_t crt = NULL;
    uint8_t serial[(sizeof cert->serial - 1) / 2];
    size_t name_len = sizeof cert->name, serial_len = sizeof serial;
    if (!chain || !count || gnutls_x509_crt_init(&crt) < 0)
        return false;
    bool read = gnutls_x509_crt_import(crt, &chain[0], GNUTLS_X509_FMT_DER) >= 0 &&
                gnutls_x509_crt_get_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, 0,
                                              cert->name, &name_len) >= 0 &&
                http_utf8_valid(cert->name) &&
                gnutls_x509_crt_get_serial(crt, serial, &serial_len) >= 0;
    for (size_t i = 0; read && i < serial_len; i++)
        snprintf(cert->serial + 2 * i, 3, "%02x", serial[i]);
    if (read)
        cert->until_ms = (int64_t)gnutls_x509_crt_get_expiration_time(crt) * 1000;
    gnutls_x509_crt_deinit(crt);
    return read;
}

static enum http_cert_state state_of(gnutls_session_t session, struct http_cert *cert)
{
    gnutls_typed_vdata_st wanted = { GNUTLS_DT_KEY_PURPOSE_OID,
                                     (unsigned char *)(uintptr_t)GNUTLS_KP_TLS_WWW_CLIENT,
                                     0 };
    unsigned wrong = ~0u, count = 0;
    if (!gnutls_certificate_get_peers(session, &count) || !count)
        return HTTP_CERT_NONE;
    if (!leaf_read(session, cert) ||
        gnutls_certificate_verify_peers(session, &wanted, 1, &wrong) < 0)
        return HTTP_CERT_FOREIGN;
    if (wrong & (unsigned)~(GNUTLS_CERT_EXPIRED | GNUTLS_CERT_NOT_ACTIVATED |
                            GNUTLS_CERT_INVALID))
        return HTTP_CERT_FOREIGN;
    return wrong ? HTTP_CERT_EXPIRED : HTTP_CERT_VALID;
}

void http_cert_take(struct http_request *r, struct http_line *line, void *session)
{
    r->cert = line ? &line->cert : NULL;
    if (!line || r->cert->state != HTTP_CERT_UNREAD)
        return;
    r->cert->state = session ? state_of(session, r->cert) : HTTP_CERT_NONE;
}

const struct http_cert *http_cert(const struct http_request *r)
{
    static const struct http_cert none = { .state = HTTP_CERT_NONE };
    if (!r->cert)
        return &none;
    if (r->cert->state == HTTP_CERT_VALID && clock_now_ms() >= r->cert->until_ms)
        r->cert->state = HTTP_CERT_EXPIRED;
    return r->cert;
}
