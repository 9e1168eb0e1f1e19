/* Which of a device's words means what we want. Backends agree on the names of options
 * but not on the words inside: the feeder is "ADF", "ADF Front" or "Automatic Document
 * Feeder", colour is "Color" or "24bit Color". Pure functions over lists of words. */
#ifndef DRIVERS_SCANNER_SCANNER_MATCH_H
#define DRIVERS_SCANNER_SCANNER_MATCH_H

#include "drivers/scanner/scanner.h"

/* The word for a source or mode, borrowed from the list; NULL when none fits. `words` is
 * NULL-ended. An exact word known from some backend wins over a word that only contains
 * the right part. */
const char *scanner_match_source(const char *const *words, enum scanner_source source);
const char *scanner_match_mode(const char *const *words, enum scanner_mode mode);

/* The word equal to `word` but for case, or NULL. */
const char *scanner_match_word(const char *const *words, const char *word);

#endif
