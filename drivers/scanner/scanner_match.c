/* Each thing wanted is a row: words it is known by, then parts that hint at it, then
 * parts that rule a word out ("ADF Duplex" contains "ADF" but is not one side). The known
 * words are those of the backends in sane-backends 1.2.1 and of airscan. */
#include "drivers/scanner/scanner_match.h"

#include <string.h>
#include <strings.h>

struct want {
    const char *known[12], *part[6], *never[6]; /* NULL-ended */
};

static const struct want sources[] = {
    [SCANNER_FLATBED] = { { "Flatbed", "FlatBed", "FB", "Platen", "Normal",
                            "Flatbed scanner" },
                          { "flat", "platen" },
                          { "adf", "feeder" } },
    [SCANNER_ADF_FRONT] = { { "ADF Front", "ADF", "ADF Simplex",
                              "Automatic Document Feeder(left aligned)",
                              "Automatic Document Feeder", "Document Feeder", "Feeder",
                              "ADF - Front Side", "Simplex" },
                            { "adf", "feeder", "simplex" },
                            { "duplex", "back", "both", "rear" } },
    [SCANNER_ADF_DUPLEX] = { { "ADF Duplex", "Duplex", "ADF - Duplex",
                               "Automatic Document Feeder(duplex)", "Feeder Duplex" },
                             { "duplex", "both sides", "dual" },
                             { NULL } },
};

static const struct want modes[] = {
    [SCANNER_LINEART] = { { "Lineart", "Binary", "Black & White", "Monochrome",
                            "Black and White" },
                          { "lineart", "line art", "binary", "black" },
                          { "halftone", "dither", "gray", "grey", "color" } },
    [SCANNER_GRAY] = { { "Gray", "Grayscale", "True Gray", "8-bit Gray", "Grey" },
                       { "gray", "grey" },
                       { "16", "4-bit", "error", "dither" } },
    [SCANNER_COLOR] = { { "Color", "Colour", "24bit Color", "24bit Color[Fast]",
                          "24-bit Color", "Full color" },
                        { "color", "colour" },
                        { "256", "48", "halftone", "16 color" } },
};

const char *scanner_match_word(const char *const *words, const char *word)
{
    for (size_t i = 0; words && words[i]; i++)
        if (!strcasecmp(words[i], word))
            return words[i];
    return NULL;
}

static bool has_any(const char *word, const char *const *parts)
{
    for (size_t i = 0; parts[i]; i++)
        if (strcasestr(word, parts[i]))
            return true;
    return false;
}

static const char *match(const char *const *words, const struct want *want)
{
    for (size_t i = 0; want->known[i]; i++) {
        const char *word = scanner_match_word(words, want->known[i]);
        if (word)
            return word;
    }
    for (size_t i = 0; words && words[i]; i++)
        if (has_any(words[i], want->part) && !has_any(words[i], want->never))
            return words[i];
    return NULL;
}

const char *scanner_match_source(const char *const *words, enum scanner_source source)
{
    return match(words, &sources[source]);
}

const char *scanner_match_mode(const char *const *words, enum scanner_mode mode)
{
    return match(words, &modes[mode]);
}
