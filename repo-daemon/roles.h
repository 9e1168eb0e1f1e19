/* The roles of people and machines: one bit each, one English word on the wire, one
 * Chinese word on the pages. */
#ifndef REPO_ROLES_H
#define REPO_ROLES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum role_bit {
    ROLE_OPERATOR = 1u << 0,
    ROLE_CATALOGUER = 1u << 1,
    ROLE_QC = 1u << 2,
    ROLE_KEEPER = 1u << 3,
    ROLE_BORROWER = 1u << 4,
    ROLE_APPROVER = 1u << 5,
    ROLE_BINDER = 1u << 6,
    ROLE_CHECKER = 1u << 7,
    ROLE_ARCHIVIST = 1u << 8,
    ROLE_SUPERVISOR = 1u << 9,
    ROLE_AUDITOR = 1u << 10,
    ROLE_ADMIN = 1u << 11,
    ROLE_STATION = 1u << 12,   /* a station's machine account */
    ROLE_RACK = 1u << 13,      /* the racks process; nobody logs in as it */
    ROLE_PRESIDENT = 1u << 14, /* 分管院长: alone allows that a 副卷 is lent */
    ROLE_EVERY = (1u << 15) - 1,
    ROLE_PEOPLE = ROLE_EVERY & ~ROLE_RACK, /* whoever is logged in */
};

enum { ROLES_TEXT_MAX = 320 };

struct role_word {
    unsigned bit;
    const char *name, *word; /* "keeper", "库管员" */
};

/* Row `index` of the table; NULL behind the last. */
const struct role_word *roles_word(size_t index);
unsigned roles_bit(const char *name); /* 0: no such role */

/* A JSON array of names to bits; false when it is no array of role names, or names the
 * internal one. */
bool roles_read(const json_t *names, unsigned *ret_bits);
json_t *roles_write(unsigned bits); /* new reference */

/* "库管员、装订员" for a sentence. */
void roles_sentence(unsigned bits, char ret_text[ROLES_TEXT_MAX]);

#endif
