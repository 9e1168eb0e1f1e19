/* One line of the settings becomes a short table, checked as a whole when the station
 * starts: a profile that no scanner could have must not be found out at the first page.
 */
#include "station/profile.h"

#include "drivers/scanner/scanner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char standard_name[] = "标准";
static const char by_hand_source[] = "ADF Front+Back";

static void trim(char **text)
{
    *text += strspn(*text, " \t");
    size_t len = strlen(*text);
    while (len && strchr(" \t", (*text)[len - 1]))
        (*text)[--len] = 0;
}

static enum rc take(struct profiles *profiles, const char *name, uint32_t dpi,
                    const char *mode, const char *source, const char *compress,
                    struct fault *why)
{
    enum page_compress real_compress;
    enum scanner_mode real_mode;
    enum scanner_source real_source;
    struct profile *p = &profiles->at[profiles->count];
    if (!*name || strlen(name) >= sizeof p->name)
        return fault_set(why, RC_INVALID, 0, "scan.profiles: the name '%s' is %s", name,
                         *name ? "too long" : "empty");
    if (dpi < PROFILE_DPI_LEAST || dpi > PROFILE_DPI_MOST)
        return fault_set(why, RC_INVALID, 0, "scan.profiles: %s: dpi from %d to %d", name,
                         PROFILE_DPI_LEAST, PROFILE_DPI_MOST);
    if (scanner_mode_read(mode, &real_mode))
        return fault_set(why, RC_INVALID, 0,
                         "scan.profiles: %s: mode Lineart, Gray or Color, not '%s'", name,
                         mode);
    bool by_hand = !strcmp(source, by_hand_source);
    if (scanner_source_read(by_hand ? "ADF Front" : source, &real_source))
        return fault_set(why, RC_INVALID, 0,
                         "scan.profiles: %s: source Flatbed, ADF Front, ADF Duplex or "
                         "%s, not '%s'",
                         name, by_hand_source, source);
    if (page_compress_read(compress, &real_compress))
        return fault_set(why, RC_INVALID, 0,
                         "scan.profiles: %s: compress exact or layered, not '%s'", name,
                         compress);
    for (size_t i = 0; i < profiles->count; i++)
        if (!strcmp(profiles->at[i].name, name))
            return fault_set(why, RC_INVALID, 0, "scan.profiles: two are called %s",
                             name);
    *p =
        (struct profile){ .dpi = dpi,
                          .compress = real_compress,
                          .by_hand = by_hand,
                          .sides = by_hand || real_source == SCANNER_ADF_DUPLEX ? 2 : 1 };
    snprintf(p->name, sizeof p->name, "%s", name);
    snprintf(p->mode, sizeof p->mode, "%s", scanner_mode_text(real_mode));
    snprintf(p->source, sizeof p->source, "%s", scanner_source_text(real_source));
    profiles->count++;
    return RC_OK;
}

/* For the profile that was taken last. */
static enum rc take_patches(struct profiles *profiles, const char *patches,
                            struct fault *why)
{
    struct profile *p = &profiles->at[profiles->count - 1];
    struct fault detail = { 0 };
    if (patch_meanings_read(patches, &p->patches, &detail))
        return fault_set(why, RC_INVALID, 0, "scan.profiles: %s: patches: %s", p->name,
                         detail.text);
    return RC_OK;
}

static enum rc read_one(struct profiles *profiles, char *text, const struct settings *set,
                        struct fault *why)
{
    enum { NEEDED = 4, COMPRESS = NEEDED, PATCHES, FIELDS };
    char *rest = text, *fields[FIELDS] = { 0 }, *end = NULL;
    for (size_t i = 0; i < FIELDS; i++) {
        fields[i] = strsep(&rest, ":");
        if (!fields[i] && i >= NEEDED)
            break; /* the others may be left out */
        if (!fields[i])
            return fault_set(why, RC_INVALID, 0,
                             "scan.profiles: '%s' is not "
                             "name:dpi:mode:source[:compress[:patches]]",
                             text);
        trim(&fields[i]);
    }
    unsigned long dpi = strtoul(fields[1], &end, 10);
    if (rest || !*fields[1] || *end || dpi > PROFILE_DPI_MOST)
        dpi = 0;
    const char *own_compress = fields[COMPRESS];
    if (!own_compress || (fields[PATCHES] && !*own_compress))
        own_compress = set->pdf_compress;
    enum rc rc =
        take(profiles, fields[0], (uint32_t)dpi, fields[2], fields[3], own_compress, why);
    return rc ? rc
              : take_patches(profiles,
                             fields[PATCHES] ? fields[PATCHES] : set->scan_patches, why);
}

enum rc profiles_read(const struct settings *set, struct profiles *ret_profiles,
                      struct fault *why)
{
    struct profiles profiles = { .count = 0 };
    char text[sizeof set->scan_profiles];
    memcpy(text, set->scan_profiles, sizeof text);
    enum rc rc = RC_OK;
    char *rest = text;
    for (char *one; !rc && (one = strsep(&rest, ";"));) {
        trim(&one);
        if (!*one)
            continue;
        if (profiles.count == PROFILES_MAX)
            return fault_set(why, RC_INVALID, 0, "scan.profiles: more than %d",
                             PROFILES_MAX);
        rc = read_one(&profiles, one, set, why);
    }
    bool none = !rc && !profiles.count;
    if (none)
        rc = take(&profiles, standard_name, set->scan_dpi, set->scan_mode,
                  set->scan_source, set->pdf_compress, why);
    if (!rc && none)
        rc = take_patches(&profiles, set->scan_patches, why);
    if (!rc)
        *ret_profiles = profiles;
    return rc;
}

const struct profile *profiles_find(const struct profiles *profiles, const char *name)
{
    for (size_t i = 0; i < profiles->count; i++)
        if (!*name || !strcmp(profiles->at[i].name, name))
            return &profiles->at[i];
    return NULL;
}
