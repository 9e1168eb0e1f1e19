#include "repo-daemon/settings.h"

#include "core/bytes.h"
#include "repo-daemon/roles.h"
#include "repo-daemon/station_cert.h"

#include <stdio.h>
#include <string.h>

#define TEXT(field, name, preset, help) \
    CONF_KEY_TEXT(repo_settings, field, name, preset, help)

/* clang-format off */
const struct conf_key repo_settings_keys[] = {
    TEXT(dir,      "repo.dir",      "/var/lib/juanku/repo", "folder of the repository, made by: juanku repo init"),
    TEXT(court,    "repo.court",    "",               "the court's word, 粤0399; when given it must be that of the repository"),
    TEXT(court_name, "court.name",  "",               "the court's full name as it stands on receipts, sheets and certificates; empty: its word"),
    TEXT(listen,   "http.listen",   "127.0.0.1:8620", "address and port; others than loopback need a certificate"),
    TEXT(tls_cert, "http.tls_cert", "",               "certificate chain, a PEM file"),
    TEXT(tls_key,  "http.tls_key",  "",               "its key, a PEM file"),
    TEXT(client_certs, "http.client_certs", "off", "which machines must show a certificate of ours: off, stations, all"),
    CONF_KEY_UINT(repo_settings, client_cert_days, "http.client_cert_days", 1, 3650, "730", "days that a new certificate of a station lasts"),
    TEXT(totp_names, "login.totp_roles", "", "roles that must use one-time codes, by comma: admin,archivist"),
    TEXT(racks,    "racks.ports",   "",               "racks by comma, PORT@ADDRESS:SITE.RACK, as /dev/ttyUSB0@1:01.001"),
    TEXT(archive,  "archive.dir",   "",               "where archived volumes go; empty: archive/ in repo.dir"),
    CONF_KEY_BOOL(repo_settings, archive_ocfl, "archive.ocfl", "no", "also keep each package as a version in the OCFL root ocfl/ of archive.dir (yes or no)"),
    TEXT(font,     "pdf.font",      "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf", "a TrueType font with Chinese, for certificates"),
    TEXT(label_font, "label.font", "E:SIMSUN.FNT", "a font with Chinese in the label printer (ZPL); empty: its own, without Chinese"),
    CONF_KEY_UINT(repo_settings, qc_percent, "qc.sample_percent", 5, 100, "5", "of the pages of each feeding that a second person looks at, drawn by lot"),
    CONF_KEY_UINT(repo_settings, fixity_days, "fixity.days", 1, 3650, "90", "in which every kept file is read again and compared with its hash"),
    CONF_KEY_UINT(repo_settings, fixity_mib_per_s, "fixity.mib_per_s", 1, 40, "8", "MiB a second that this may read, never more"),
    TEXT(fixity_hours, "fixity.hours", "0-24",        "hours of the day, in Beijing, in which it reads; 20-6 is the night"),
};
/* clang-format on */
const size_t repo_settings_count = COUNT(repo_settings_keys);

const char *repo_settings_court(const struct repo_settings *s, const char *word)
{
    return *s->court_name ? s->court_name : word;
}

enum rc repo_settings_fixity(const struct repo_settings *s,
                             struct fixity_options *ret_options, struct fault *why)
{
    struct fixity_options o = { .days = s->fixity_days,
                                .bytes_per_s = (uint64_t)s->fixity_mib_per_s << 20 };
    if (!fixity_hours(s->fixity_hours, &o.from_hour, &o.to_hour))
        return fault_set(why, RC_INVALID, 0,
                         "fixity.hours: '%s' is no span of hours such as 20-6",
                         s->fixity_hours);
    *ret_options = o;
    return RC_OK;
}

/* A station logs in by itself: it has no hand to type a code. */
static bool totp_roles_read(const char *text, unsigned *ret_roles)
{
    char list[sizeof((struct repo_settings *)0)->totp_names];
    char *rest = list, *name;
    unsigned roles = 0;
    snprintf(list, sizeof list, "%s", text);
    while ((name = strsep(&rest, ", ")))
        if (*name) {
            unsigned bit = roles_bit(name);
            if (!bit || bit == ROLE_STATION || bit == ROLE_RACK)
                return false;
            roles |= bit;
        }
    *ret_roles = roles;
    return true;
}

enum rc repo_settings_read(const char *path, struct repo_settings *ret_settings,
                           struct fault *why)
{
    struct repo_settings s;
    enum rc rc = conf_read(repo_settings_keys, repo_settings_count, &s, path, why);
    if (rc)
        return rc;
    if (!s.archive[0] && snprintf(s.archive, sizeof s.archive, "%s/archive", s.dir) >=
                             (int)sizeof s.archive)
        return fault_set(why, RC_INVALID, 0, "repo.dir is too long");
    enum client_certs certs;
    if (!client_certs_read(s.client_certs, &certs))
        return fault_set(why, RC_INVALID, 0,
                         "http.client_certs：只能写 off、stations 或 all，不能写“%s”",
                         s.client_certs);
    if (certs && !*s.tls_cert)
        return fault_set(why, RC_INVALID, 0,
                         "http.client_certs = %s 要先设置 http.tls_cert 和 http.tls_key",
                         s.client_certs);
    if (!totp_roles_read(s.totp_names, &s.totp_roles))
        return fault_set(why, RC_INVALID, 0, "login.totp_roles：“%s”里有不认识的角色",
                         s.totp_names);
    struct fixity_options fixity;
    rc = repo_settings_fixity(&s, &fixity, why);
    if (rc)
        return rc;
    *ret_settings = s;
    return RC_OK;
}
