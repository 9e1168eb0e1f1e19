/* A request for a certificate comes from an outsider's machine; a certificate may come
 * from one. Whatever is signed bears the name that was ordered. */
#include "net/cert.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
    static char key[CERT_PEM_MAX], authority[CERT_PEM_MAX];
    char pem[CERT_PEM_MAX];
    struct cert_about about;
    if (!*key && (cert_key_new(key, NULL) ||
                  cert_authority(key, "authority", 0, 1000000, authority, NULL)))
        abort();
    struct cert_order order = { .authority_key = key,
                                .authority = authority,
                                .request = { at, len },
                                .name = "ST01",
                                .until_ms = 1000000 };
    if (!cert_sign(&order, pem, &about, NULL) && strcmp(about.name, "ST01") != 0)
        abort();
    if (!cert_read((struct bytes){ at, len }, &about, NULL) &&
        !cert_name_usable(about.name))
        abort();
    return 0;
}
