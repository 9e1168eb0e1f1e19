/* Acts of `juanku station` that go to the repository: certificates of stations. Each
 * prints, and returns an exit code. */
#ifndef CLI_CMD_STATION_CERT_H
#define CLI_CMD_STATION_CERT_H

#include <stdbool.h>

/* Make a key and have it certified: FOLDER/NAME.key and FOLDER/NAME.pem (both mode 0600)
 * and the authority's certificate FOLDER/NAME.ca.pem. */
int station_enrol_here(const char *name, const char *folder);
int station_certs_show(bool json);
int station_revoke_one(const char *serial, const char *reason); /* reason may be NULL */

#endif
