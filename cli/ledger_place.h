/* Where `juanku ledger` takes the ledger from: the repository that one is logged in to,
 * another one by --url, its folder by --dir, an export by --export. */
#ifndef CLI_LEDGER_PLACE_H
#define CLI_LEDGER_PLACE_H

#include "net/http_client.h"
#include "repo-daemon/ledger_export.h"

struct ledger_wanted {
    const char *url, *token_file, *dir, *export, *key, *out, *name, *from, *day, *witness;
    bool json, help;
};

struct ledger_place {
    struct ledger_source source;
    struct ledger *ledger; /* NULL unless --dir */
    struct http_client *client;
};

/* Close with ledger_place_close(), also after a failure. */
MUST_USE enum rc ledger_place_open(const struct ledger_wanted *w,
                                   struct ledger_place *place, struct fault *why);
void ledger_place_close(struct ledger_place *place);

/* The first line of a small file. */
MUST_USE enum rc ledger_line_file(const char *path, char *ret_text, size_t room,
                                  struct fault *why);
/* Write a file, durable; "-" is standard output. */
MUST_USE enum rc ledger_out_file(const char *path, struct bytes data, struct fault *why);

/* ledger_witness.c: verbs that need no open ledger, and those that make what a witness
 * needs. Each returns an exit code. */
int ledger_witness_new(const struct ledger_wanted *w, const char *folder);
int ledger_witness_follow(const struct ledger_wanted *w, const char *folder);
int ledger_cosign(const struct ledger_wanted *w, const char *request);
int ledger_growth(const struct ledger_wanted *w, struct ledger_place *place);
int ledger_rotate_key(const struct ledger_wanted *w, struct ledger_place *place);
int ledger_sheet(const struct ledger_wanted *w, struct ledger_place *place);
/* A checkpoint with the cosignature of --witness, by the ledger of --key. */
int ledger_verify_cosigned(const struct ledger_wanted *w, struct bytes text);

#endif
