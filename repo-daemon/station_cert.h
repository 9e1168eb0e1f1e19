/* Certificates of stations: the court's own small authority, and what a request must
 * show.
 *
 *   DIR/station-ca.key   the authority's key, mode 0600; never leaves the folder but into
 * a backup DIR/station-ca.pem   its certificate, which the http role compares clients
 * with
 *
 * A station makes its key itself and sends a request; that it was signed, and that it is
 * revoked, are events, so VIEW_STATIONS says at every request what holds now. */
#ifndef REPO_STATION_CERT_H
#define REPO_STATION_CERT_H

#include "net/cert.h"
#include "repo-daemon/repo.h"

#include <stdbool.h>

struct call;

enum {
    STATION_CERT_WARN_DAYS = 30, /* days before its end from which one is warned of */
    STATION_CA_PATH_MAX = 1100
};

/* Setting http.client_certs. */
enum client_certs {
    CLIENT_CERTS_OFF,      /* nobody is asked */
    CLIENT_CERTS_STATIONS, /* accounts of stations, and whoever hands in a feeding */
    CLIENT_CERTS_ALL /* every machine that asks for anything but /healthz, /readyz */
};
/* "off", "stations" or "all"; "" is "off". */
bool client_certs_read(const char *text, enum client_certs *ret_certs);

/* DIR/station-ca.pem for the http role. */
void station_ca_path(const char *folder, char ret_path[STATION_CA_PATH_MAX]);
/* Make the authority where there is none yet. Blocks for the disk. */
MUST_USE enum rc station_ca_ready(const char *folder, int64_t now_ms, struct fault *why);
/* Sign a station's request (api: POST /v1/stations). */
MUST_USE enum rc station_ca_sign(struct repo *repo, const char *name,
                                 struct bytes request, int64_t from_ms, int64_t until_ms,
                                 char ret_pem[CERT_PEM_MAX], struct cert_about *ret_about,
                                 struct fault *why);
/* The authority's certificate as text, NUL-ended. */
MUST_USE enum rc station_ca_show(struct repo *repo, char ret_pem[CERT_PEM_MAX],
                                 struct fault *why);

/* Does the certificate that came with the call hold now, and is it that of `station`
 * (NULL: of any machine)? RC_DENIED with a Chinese sentence that says what to do. Always
 * RC_OK with http.client_certs = off. */
MUST_USE enum rc station_cert_check(const struct call *call, const char *station,
                                    struct fault *why);

/* What is to be said of a stored certificate: "ended" (revoked), "over", "soon" (within
 * STATION_CERT_WARN_DAYS) or "". */
const char *station_cert_state(const json_t *certificate, int64_t now_ms);

/* The names that have no certificate which lasts longer than the warning, each with the
 * end of its longest one: {"ST01": ms}. New reference; revoked ones do not count. */
MUST_USE enum rc station_cert_ends(struct repo *repo, struct store_txn *txn,
                                   json_t **ret_ends, struct fault *why);

#endif
