/* Setting a device up for a profile, in the order in which options change each other:
 * source first (it may change every range), then mode, depth, resolution, the page, the
 * window, and the device's own JPEG last. What a device does not have and does not need
 * is passed over; a missing source or mode is refused, since the picture would be
 * another. */
#include "drivers/scanner/scanner_match.h"
#include "drivers/scanner/scanner_state.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { LONGEST_MM = 10 * 1000 }; /* the device cuts it down to what it can */

static const char DEFAULT_JPEG[] = "compression=JPEG";

/* An option that can be set now. */
static bool find_settable(const struct scanner *scanner, const char *name,
                          struct port_option *ret_option)
{
    return port_find(scanner->port, name, ret_option) && ret_option->active &&
           ret_option->settable;
}

static enum rc set_failed(enum port_status status, const char *name, struct fault *why)
{
    return fault_set(why, RC_IO, 0, "the scanner does not take option %s: %s", name,
                     port_status_text(status));
}

/* "option=value", where the device has it. False when it has no such option or word. */
static bool set_pair(struct scanner *scanner, const char *pair)
{
    const char *equal = strchr(pair, '=');
    char name[QUIRK_TEXT_MAX];
    struct port_option option;
    if (!equal)
        return false;
    memcpy(name, pair, (size_t)(equal - pair));
    name[equal - pair] = '\0';
    if (!find_settable(scanner, name, &option))
        return false;
    const char *value = equal + 1;
    if (option.kind == PORT_BOOL)
        return !port_set_number(scanner->port, &option, !strcasecmp(value, "yes"));
    if (option.kind == PORT_NUMBER)
        return !port_set_number(scanner->port, &option, strtod(value, NULL));
    const char *word = option.words ? scanner_match_word(option.words, value) : value;
    return word && !port_set_text(scanner->port, &option, word);
}

/* "a=b; c=d": what the device does not have it does not need. */
static void set_preferred(struct scanner *scanner)
{
    char list[QUIRK_LIST_MAX], *rest = list;
    memcpy(list, scanner->quirk.prefer, sizeof list);
    for (char *pair; (pair = strsep(&rest, ";"));)
        (void)!set_pair(scanner, pair + strspn(pair, " "));
}

static enum rc refuse(const char *what, const struct port_option *option,
                      struct fault *why)
{
    char has[200] = "";
    for (size_t i = 0; option->words && option->words[i]; i++) {
        size_t used = strlen(has);
        snprintf(has + used, sizeof has - used, "%s%s", i ? "、" : "", option->words[i]);
    }
    return fault_set(why, RC_REFUSED, 0, "这台扫描仪没有“%s”；它只有：%s", what, has);
}

/* Both sides where no source is named so: an option of its own beside the one-sided
 * feeder. */
static bool set_duplex_beside(struct scanner *scanner)
{
    return set_pair(scanner, "adf-mode=Duplex") || set_pair(scanner, "duplex=yes") ||
           set_pair(scanner, "duplex=Both");
}

static enum rc set_source(struct scanner *scanner, enum scanner_source source,
                          struct fault *why)
{
    struct port_option option;
    const char *by_quirk = scanner->quirk.source[source];
    if (!find_settable(scanner, "source", &option) || !option.words) {
        bool flatbed = strcasestr(scanner->about.type, "flatbed");
        bool fits = flatbed ? source == SCANNER_FLATBED : source == SCANNER_ADF_FRONT;
        if (fits || (source == SCANNER_ADF_DUPLEX && set_duplex_beside(scanner)))
            return RC_OK;
        return fault_set(why, RC_REFUSED, 0, "这台扫描仪没有“%s”",
                         scanner_source_text(source));
    }
    const char *word = by_quirk[0] ? scanner_match_word(option.words, by_quirk) : NULL;
    if (!word)
        word = scanner_match_source(option.words, source);
    bool beside = false;
    if (!word && source == SCANNER_ADF_DUPLEX) {
        word = scanner_match_source(option.words, SCANNER_ADF_FRONT);
        beside = true;
    }
    if (!word)
        return refuse(scanner_source_text(source), &option, why);
    enum port_status status = port_set_text(scanner->port, &option, word);
    if (status)
        return set_failed(status, "source", why);
    if (beside && !set_duplex_beside(scanner))
        return refuse(scanner_source_text(source), &option, why);
    if (scanner->quirk.also[source][0] && !set_pair(scanner, scanner->quirk.also[source]))
        return set_failed(PORT_INVALID, scanner->quirk.also[source], why);
    return RC_OK;
}

static enum rc set_mode(struct scanner *scanner, enum scanner_mode mode,
                        struct fault *why)
{
    struct port_option option;
    if (!find_settable(scanner, "mode", &option) || !option.words)
        return RC_OK; /* one mode only: the frames say which */
    const char *word = scanner_match_mode(option.words, mode);
    bool by_depth = false;
    if (!word && mode == SCANNER_LINEART) { /* some have it as gray of one bit */
        word = scanner_match_mode(option.words, SCANNER_GRAY);
        by_depth = true;
    }
    if (!word)
        return refuse(scanner_mode_text(mode), &option, why);
    enum port_status status = port_set_text(scanner->port, &option, word);
    if (status)
        return set_failed(status, "mode", why);
    if (!find_settable(scanner, "depth", &option)) {
        return by_depth ? refuse(scanner_mode_text(mode), &option, why) : RC_OK;
    }
    status = port_set_number(scanner->port, &option, mode == SCANNER_LINEART ? 1 : 8);
    return status ? set_failed(status, "depth", why) : RC_OK;
}

/* The value of the option's constraint that is nearest. */
static double nearest(const struct port_option *option, double wanted)
{
    if (option->has_range)
        return fmin(fmax(wanted, option->least), option->most);
    double best = option->count ? option->list[0] : wanted;
    for (size_t i = 1; i < option->count; i++)
        if (fabs(option->list[i] - wanted) < fabs(best - wanted))
            best = option->list[i];
    return best;
}

/* Set a number and hear what it became. False when there is no such option. */
static bool set_nearest(struct scanner *scanner, const char *name, double wanted,
                        double *ret_real)
{
    struct port_option option;
    double real = 0;
    if (!find_settable(scanner, name, &option) || option.kind != PORT_NUMBER ||
        port_set_number(scanner->port, &option, nearest(&option, wanted)) ||
        port_get_number(scanner->port, &option, &real))
        return false;
    *ret_real = real;
    return true;
}

static uint32_t set_dpi(struct scanner *scanner, uint32_t dpi)
{
    double real = dpi, other;
    if (!set_nearest(scanner, "resolution", dpi, &real) &&
        set_nearest(scanner, "x-resolution", dpi, &real))
        (void)!set_nearest(scanner, "y-resolution", real, &other);
    return (uint32_t)(real + 0.5);
}

/* A side of the window, given in mm; the device may count in pixels. */
static void set_length(struct scanner *scanner, const char *name, double mm, uint32_t dpi)
{
    struct port_option option;
    double real;
    if (find_settable(scanner, name, &option))
        (void)!set_nearest(scanner, name, option.in_pixels ? mm / 25.4 * dpi : mm, &real);
}

static void set_page(struct scanner *scanner, const struct scanner_profile *profile)
{
    double width = profile->page_width_um / 1000.0,
           height = profile->page_height_um / 1000.0;
    /* Only a window longer than the paper shows two sheets that overlap. */
    if (!strcmp(scanner->quirk.height, "longest") && profile->source != SCANNER_FLATBED)
        height = LONGEST_MM;
    if (profile->page_width_um)
        set_length(scanner, "page-width", width, profile->dpi);
    if (profile->page_height_um)
        set_length(scanner, "page-height", height, profile->dpi);
    set_length(scanner, "tl-x", 0, profile->dpi);
    set_length(scanner, "tl-y", 0, profile->dpi);
    if (profile->page_width_um)
        set_length(scanner, "br-x", width, profile->dpi);
    if (profile->page_height_um)
        set_length(scanner, "br-y", height, profile->dpi);
}

static bool set_jpeg(struct scanner *scanner, bool wanted)
{
    const char *pair = scanner->quirk.jpeg[0] ? scanner->quirk.jpeg : DEFAULT_JPEG;
    if (wanted && strcmp(pair, "no"))
        return set_pair(scanner, pair);
    (void)!set_pair(scanner, "compression=None");
    return false;
}

unsigned scanner_sources(struct scanner *scanner)
{
    struct port_option option, beside;
    unsigned has = 0;
    if (!port_find(scanner->port, "source", &option) || !option.words)
        return strcasestr(scanner->about.type, "flatbed") ? 1u << SCANNER_FLATBED
                                                          : 1u << SCANNER_ADF_FRONT;
    for (int i = SCANNER_FLATBED; i <= SCANNER_ADF_DUPLEX; i++) {
        const char *by_quirk = scanner->quirk.source[i];
        if ((by_quirk[0] && scanner_match_word(option.words, by_quirk)) ||
            scanner_match_source(option.words, (enum scanner_source)i))
            has |= 1u << i;
    }
    bool by_option = port_find(scanner->port, "adf-mode", &beside) ||
                     port_find(scanner->port, "duplex", &beside);
    if (has & 1u << SCANNER_ADF_FRONT && by_option)
        has |= 1u << SCANNER_ADF_DUPLEX;
    return has;
}

enum rc scanner_set_profile(struct scanner *scanner,
                            const struct scanner_profile *profile,
                            struct scanner_profile *ret_real, struct fault *why)
{
    struct scanner_profile real = *profile;
    enum rc rc = set_source(scanner, profile->source, why);
    if (!rc)
        rc = set_mode(scanner, profile->mode, why);
    if (rc)
        return rc;
    set_preferred(scanner);
    real.dpi = set_dpi(scanner, profile->dpi);
    set_page(scanner, &real);
    real.jpeg = set_jpeg(scanner, profile->jpeg && profile->mode != SCANNER_LINEART);
    scanner->profile = real;
    if (ret_real)
        *ret_real = real;
    return RC_OK;
}
