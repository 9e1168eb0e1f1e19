/* Settings of juanku-repod: one table, from which the sample file is checked. */
#ifndef REPO_SETTINGS_H
#define REPO_SETTINGS_H

#include "repo-daemon/fixity.h"
#include "sys/conf.h"

struct repo_settings {
    char dir[1024], court[32], court_name[160];
    char listen[128], tls_cert[512], tls_key[512];
    char client_certs[12]; /* of enum client_certs */
    uint32_t client_cert_days;
    char totp_names[200];
    unsigned totp_roles; /* of the names: enum role_bit */
    char racks[1024];
    char archive[1024];
    bool archive_ocfl;
    char font[512];
    char label_font[40]; /* file in the label printer */
    uint32_t fixity_days, fixity_mib_per_s;
    char fixity_hours[12];
    uint32_t qc_percent; /* of pages and of blanks that a second person looks at */
};

extern const struct conf_key repo_settings_keys[];
extern const size_t repo_settings_count;

/* How the court is called on paper: its name, or `word` ("粤0399") when none is set. */
const char *repo_settings_court(const struct repo_settings *settings, const char *word);

/* Read the file and fill in what follows from other settings (archive.dir). */
MUST_USE enum rc repo_settings_read(const char *path, struct repo_settings *ret_settings,
                                    struct fault *why);
/* What they say of fixity rounds. RC_INVALID: the hours are none. */
MUST_USE enum rc repo_settings_fixity(const struct repo_settings *settings,
                                      struct fixity_options *ret_options,
                                      struct fault *why);

#endif
