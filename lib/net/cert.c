/* Certificates through GnuTLS, which the HTTP server's library brings along. */
#include "net/cert.h"

#include "sys/scope.h"

#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <string.h>

enum { SERIAL_SIZE = 16, KEY_BITS_LEAST = 2048, CURVE_BITS_LEAST = 256 };

SCOPE_RELEASER(key_free_at, gnutls_x509_privkey_t, gnutls_x509_privkey_deinit)
SCOPE_RELEASER(crt_free_at, gnutls_x509_crt_t, gnutls_x509_crt_deinit)
SCOPE_RELEASER(crq_free_at, gnutls_x509_crq_t, gnutls_x509_crq_deinit)

static enum rc failed(int error, const char *what, struct fault *why)
{
    return fault_set(why, error == GNUTLS_E_MEMORY_ERROR ? RC_NO_MEMORY : RC_INVALID, 0,
                     "%s: %s", what, gnutls_strerror(error));
}

static gnutls_datum_t datum_of(struct bytes data)
{
    return (gnutls_datum_t){ (unsigned char *)(uintptr_t)data.at, (unsigned)data.len };
}

static gnutls_datum_t datum_of_text(const char *text)
{
    return datum_of((struct bytes){ (const uint8_t *)text, strlen(text) });
}

/* What an export filled, as text; the buffer has room for one byte more. */
static enum rc exported(int error, char *pem, size_t len, const char *what,
                        struct fault *why)
{
    if (error < 0 || len >= CERT_PEM_MAX)
        return failed(error < 0 ? error : GNUTLS_E_SHORT_MEMORY_BUFFER, what, why);
    pem[len] = 0;
    return RC_OK;
}

static int key_load(const char *pem, gnutls_x509_privkey_t *ret_key)
{
    gnutls_datum_t data = datum_of_text(pem);
    int error = gnutls_x509_privkey_init(ret_key);
    return error < 0 ? error
                     : gnutls_x509_privkey_import(*ret_key, &data, GNUTLS_X509_FMT_PEM);
}

static int crt_load(struct bytes pem, gnutls_x509_crt_t *ret_crt)
{
    gnutls_datum_t data = datum_of(pem);
    int error = gnutls_x509_crt_init(ret_crt);
    return error < 0 ? error
                     : gnutls_x509_crt_import(*ret_crt, &data, GNUTLS_X509_FMT_PEM);
}

bool cert_name_usable(const char *name)
{
    size_t len = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                              "0123456789._-");
    return len && !name[len] && len < CERT_NAME_MAX;
}

enum rc cert_key_new(char ret_pem[CERT_PEM_MAX], struct fault *why)
{
    SCOPED(key_free_at) gnutls_x509_privkey_t key = NULL;
    size_t len = CERT_PEM_MAX - 1;
    int error = gnutls_x509_privkey_init(&key);
    if (error >= 0)
        error = gnutls_x509_privkey_generate(
            key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
    if (error >= 0)
        error = gnutls_x509_privkey_export(key, GNUTLS_X509_FMT_PEM, ret_pem, &len);
    return exported(error, ret_pem, len, "make a key", why);
}

enum rc cert_request(const char *key_pem, const char *name, char ret_pem[CERT_PEM_MAX],
                     struct fault *why)
{
    SCOPED(key_free_at) gnutls_x509_privkey_t key = NULL;
    SCOPED(crq_free_at) gnutls_x509_crq_t crq = NULL;
    size_t len = CERT_PEM_MAX - 1;
    int error = key_load(key_pem, &key);
    if (error >= 0)
        error = gnutls_x509_crq_init(&crq);
    if (error >= 0)
        error = gnutls_x509_crq_set_version(crq, 1);
    if (error >= 0)
        error = gnutls_x509_crq_set_dn_by_oid(crq, GNUTLS_OID_X520_COMMON_NAME, 0, name,
                                              (unsigned)strlen(name));
    if (error >= 0)
        error = gnutls_x509_crq_set_key(crq, key);
    if (error >= 0)
        error = gnutls_x509_crq_sign2(crq, key, GNUTLS_DIG_SHA256, 0);
    if (error >= 0)
        error = gnutls_x509_crq_export(crq, GNUTLS_X509_FMT_PEM, ret_pem, &len);
    return exported(error, ret_pem, len, "make a request", why);
}

/* Version, serial number, span and name. */
static int crt_begin(gnutls_x509_crt_t crt, const char *name, int64_t from_ms,
                     int64_t until_ms)
{
    uint8_t serial[SERIAL_SIZE];
    random_fill(serial, sizeof serial);
    serial[0] = (uint8_t)((serial[0] & 0x7f) | 0x40); /* positive, and as long as that */
    int error = gnutls_x509_crt_set_version(crt, 3);
    if (error >= 0)
        error = gnutls_x509_crt_set_serial(crt, serial, sizeof serial);
    if (error >= 0)
        error = gnutls_x509_crt_set_activation_time(crt, (time_t)(from_ms / 1000));
    if (error >= 0)
        error = gnutls_x509_crt_set_expiration_time(crt, (time_t)(until_ms / 1000));
    return error < 0 ? error
                     : gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0,
                                                     name, (unsigned)strlen(name));
}

/* Both sides of a chain name the authority's key by this. */
static int key_id_set(gnutls_x509_crt_t crt, gnutls_x509_crt_t authority)
{
    uint8_t id[64];
    size_t len = sizeof id;
    int error = gnutls_x509_crt_get_key_id(authority, GNUTLS_KEYID_USE_SHA256, id, &len);
    if (error < 0)
        return error;
    return crt == authority ? gnutls_x509_crt_set_subject_key_id(crt, id, len)
                            : gnutls_x509_crt_set_authority_key_id(crt, id, len);
}

enum rc cert_authority(const char *key_pem, const char *name, int64_t from_ms,
                       int64_t until_ms, char ret_pem[CERT_PEM_MAX], struct fault *why)
{
    SCOPED(key_free_at) gnutls_x509_privkey_t key = NULL;
    SCOPED(crt_free_at) gnutls_x509_crt_t crt = NULL;
    size_t len = CERT_PEM_MAX - 1;
    int error = key_load(key_pem, &key);
    if (error >= 0)
        error = gnutls_x509_crt_init(&crt);
    if (error >= 0)
        error = crt_begin(crt, name, from_ms, until_ms);
    if (error >= 0)
        error = gnutls_x509_crt_set_key(crt, key);
    if (error >= 0)
        error = gnutls_x509_crt_set_basic_constraints(crt, 1, 0);
    if (error >= 0)
        error = gnutls_x509_crt_set_key_usage(crt, GNUTLS_KEY_KEY_CERT_SIGN);
    if (error >= 0)
        error = key_id_set(crt, crt);
    if (error >= 0)
        error = gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA256, 0);
    if (error >= 0)
        error = gnutls_x509_crt_export(crt, GNUTLS_X509_FMT_PEM, ret_pem, &len);
    return exported(error, ret_pem, len, "make an authority", why);
}

static bool strong_enough(gnutls_x509_crq_t crq)
{
    unsigned bits = 0;
    int kind = gnutls_x509_crq_get_pk_algorithm(crq, &bits);
    return (kind == GNUTLS_PK_RSA && bits >= KEY_BITS_LEAST) ||
           (kind == GNUTLS_PK_ECDSA && bits >= CURVE_BITS_LEAST) ||
           kind == GNUTLS_PK_EDDSA_ED25519;
}

static enum rc request_load(const struct cert_order *order, gnutls_x509_crq_t *ret_crq,
                            struct fault *why)
{
    char name[CERT_NAME_MAX + 1] = "";
    size_t len = sizeof name;
    gnutls_datum_t data = datum_of(order->request);
    if (gnutls_x509_crq_init(ret_crq) < 0)
        return fault_set(why, RC_NO_MEMORY, 0, "no memory for a request");
    if (order->request.len >= CERT_PEM_MAX ||
        gnutls_x509_crq_import(*ret_crq, &data, GNUTLS_X509_FMT_PEM) < 0)
        return fault_set(why, RC_INVALID, 0, "证书申请读不懂，请重新生成");
    if (gnutls_x509_crq_verify(*ret_crq, 0) < 0)
        return fault_set(why, RC_INVALID, 0, "证书申请没有用它自己的密钥签名");
    if (!strong_enough(*ret_crq))
        return fault_set(why, RC_INVALID, 0, "证书申请里的密钥太弱");
    if (gnutls_x509_crq_get_dn_by_oid(*ret_crq, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name,
                                      &len) < 0 ||
        strcmp(name, order->name) != 0)
        return fault_set(why, RC_INVALID, 0, "证书申请里写的是另一台工作站的名字");
    return RC_OK;
}

static int purpose_set(gnutls_x509_crt_t crt)
{
    int error = gnutls_x509_crt_set_basic_constraints(crt, 0, -1);
    if (error >= 0)
        error = gnutls_x509_crt_set_key_usage(crt, GNUTLS_KEY_DIGITAL_SIGNATURE);
    return error < 0
               ? error
               : gnutls_x509_crt_set_key_purpose_oid(crt, GNUTLS_KP_TLS_WWW_CLIENT, 0);
}

enum rc cert_sign(const struct cert_order *order, char ret_pem[CERT_PEM_MAX],
                  struct cert_about *ret_about, struct fault *why)
{
    SCOPED(crq_free_at) gnutls_x509_crq_t crq = NULL;
    SCOPED(key_free_at) gnutls_x509_privkey_t key = NULL;
    SCOPED(crt_free_at) gnutls_x509_crt_t authority = NULL;
    SCOPED(crt_free_at) gnutls_x509_crt_t crt = NULL;
    size_t len = CERT_PEM_MAX - 1;
    enum rc rc = request_load(order, &crq, why);
    if (rc)
        return rc;
    int error = key_load(order->authority_key, &key);
    if (error >= 0)
        error = crt_load(
            (struct bytes){ (const uint8_t *)order->authority, strlen(order->authority) },
            &authority);
    if (error >= 0)
        error = gnutls_x509_crt_init(&crt);
    if (error >= 0)
        error = crt_begin(crt, order->name, order->from_ms, order->until_ms);
    if (error >= 0)
        error = gnutls_x509_crt_set_crq(crt, crq);
    if (error >= 0) /* the subject is ours, whatever else the request asked for */
        error = gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0,
                                              order->name, (unsigned)strlen(order->name));
    if (error >= 0)
        error = purpose_set(crt);
    if (error >= 0)
        error = key_id_set(crt, authority);
    if (error >= 0)
        error = gnutls_x509_crt_sign2(crt, authority, key, GNUTLS_DIG_SHA256, 0);
    if (error >= 0)
        error = gnutls_x509_crt_export(crt, GNUTLS_X509_FMT_PEM, ret_pem, &len);
    rc = exported(error, ret_pem, len, "sign a request", why);
    return rc ? rc : cert_read((struct bytes){ (uint8_t *)ret_pem, len }, ret_about, why);
}

static bool about_fill(gnutls_x509_crt_t crt, struct cert_about *about)
{
    uint8_t serial[(CERT_SERIAL_MAX - 1) / 2], der[CERT_PEM_MAX];
    size_t name_len = sizeof about->name, serial_len = sizeof serial,
           der_len = sizeof der;
    time_t from = gnutls_x509_crt_get_activation_time(crt),
           until = gnutls_x509_crt_get_expiration_time(crt);
    if (gnutls_x509_crt_get_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, 0, about->name,
                                      &name_len) < 0 ||
        gnutls_x509_crt_get_serial(crt, serial, &serial_len) < 0 ||
        gnutls_x509_crt_export(crt, GNUTLS_X509_FMT_DER, der, &der_len) < 0 || from < 0 ||
        until < 0 || !cert_name_usable(about->name))
        return false;
    for (size_t i = 0; i < serial_len; i++)
        snprintf(about->serial + 2 * i, 3, "%02x", serial[i]);
    hash_hex(hash_sha256((struct bytes){ der, der_len }), about->sha256);
    about->from_ms = (int64_t)from * 1000;
    about->until_ms = (int64_t)until * 1000;
    return true;
}

enum rc cert_read(struct bytes pem, struct cert_about *ret_about, struct fault *why)
{
    SCOPED(crt_free_at) gnutls_x509_crt_t crt = NULL;
    struct cert_about about = { .serial = "" };
    if (pem.len >= CERT_PEM_MAX || crt_load(pem, &crt) < 0 || !about_fill(crt, &about))
        return fault_set(why, RC_INVALID, 0, "证书读不懂");
    *ret_about = about;
    return RC_OK;
}
