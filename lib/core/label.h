/* Labels on paper: a letter, digits, and two check digits (ISO 7064 MOD 97-10 over all
 * digits after the letter: with their check they leave 1 when divided by 97).
 *
 *   V  case(20) kind(1: 1 正卷, 2 副卷) part(3) check(2)   a volume
 *   M  case(20) item(4) check(2)                           a registered item 件
 *   T  kind(1) row(2) check(2)                             a document-type separator
 *   S  site(2) rack(3) slot(3) check(2)                    a slot
 *   P  number(8) check(2)                                  a person
 *   B  number(10) check(2)                                 a trolley or hand-over batch
 *   C  command(2) check(2)                                 a command card
 *
 * "V44039920260301010027100159" and "T10671" are right. */
#ifndef CORE_LABEL_H
#define CORE_LABEL_H

#include "core/bytes.h"
#include "core/rc.h"

#include <stdbool.h>
#include <stdint.h>

enum { LABEL_TEXT_MAX = 28, LABEL_CASE_DIGITS = 20 }; /* text with its NUL */

enum label_type {
    LABEL_VOLUME = 'V',
    LABEL_ITEM = 'M',
    LABEL_TYPE = 'T',
    LABEL_SLOT = 'S',
    LABEL_PERSON = 'P',
    LABEL_BATCH = 'B',
    LABEL_COMMAND = 'C',
};

enum label_command {
    COMMAND_ACCEPT = 1,
    COMMAND_REDO = 2,
    COMMAND_STOP = 3,
    COMMAND_NEXT_VOLUME = 4,
    COMMAND_UNDO = 5,
};

struct label {
    enum label_type type;
    char case_id[LABEL_CASE_DIGITS + 1]; /* volume and item: 20 digits; else "" */
    uint8_t kind;                        /* volume and type: 1 正卷, 2 副卷 */
    uint16_t part;                       /* volume: 册, 1..999 */
    uint16_t item;                       /* item: 1..9999 */
    uint8_t row;                         /* type: rule row, 1..99 */
    uint8_t site;                        /* slot: 1..99 */
    uint16_t rack, slot;                 /* slot: 1..999 each */
    uint64_t number;                     /* person, batch, command */
};

/* Read a label. `text` is exactly the label, without white space.
 *   RC_INVALID  not one of ours: wrong letter, length or a character that is no digit
 *   RC_CORRUPT  the shape is ours but the check digits are wrong: never believed */
MUST_USE enum rc label_read(struct bytes text, struct label *ret_label);

/* Write a label with its check digits. RC_INVALID when a field is out of range. */
MUST_USE enum rc label_write(const struct label *label, char ret_text[LABEL_TEXT_MAX]);

/* The two check digits (1..97, as a number) of a run of ASCII digits. */
unsigned label_check_digits(const char *digits, size_t len);

#endif
