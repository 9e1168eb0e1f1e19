/* Manifests and the declaration of a bag, read strictly. Private to bagit_*. */
#ifndef REPO_BAGIT_MANIFEST_H
#define REPO_BAGIT_MANIFEST_H

#include "repo-daemon/bagit.h"

#include <stdbool.h>

enum { BAG_HEX_MAX = 129 };

enum bag_algorithm { BAG_MD5, BAG_SHA256, BAG_SHA512, BAG_ALGORITHMS };

struct bag_entry {
    const char *path, *hex; /* in the manifest's text; hex in lower case */
    bool was_seen;
};

struct bag_manifest {
    enum bag_algorithm algorithm;
    bool is_tags;              /* a tagmanifest */
    char *text;                /* owned */
    struct bag_entry *entries; /* owned, by path */
    size_t count;
};

/* bagit.txt. *ret_is_one: version 1.0; else 0.93 to 0.97. RC_CORRUPT. */
MUST_USE enum rc bag_declaration_read(const char *text, size_t len, bool *ret_is_one,
                                      struct fault *why);

/* "manifest-sha512.txt" and its like. False for other names; RC_INVALID by
 * bag_manifest_read() is for an algorithm that is not ours. */
bool bag_manifest_name(const char *name, enum bag_algorithm *ret_algorithm,
                       bool *ret_is_tags);

/* Take over `text` (NUL behind `len`; freed also on failure). In a 1.0 bag a path may
 * stand only once; before, twice with the same hash. RC_CORRUPT: a line that is none, a
 * path that leaves the bag, two hashes for one path. */
MUST_USE enum rc bag_manifest_read(char *text, size_t len, bool is_one,
                                   struct bag_manifest *manifest, struct fault *why);
void bag_manifest_free(struct bag_manifest *manifest);

struct bag_entry *bag_manifest_find(const struct bag_manifest *manifest,
                                    const char *path);

/* fetch.txt: only that no line leads out of data/. RC_CORRUPT. Changes `text`. */
MUST_USE enum rc bag_fetch_check(char *text, size_t len, struct fault *why);

/* "Payload-Oxum: BYTES.FILES" of bag-info.txt. False when there is none. */
bool bag_oxum_read(const char *text, uint64_t *ret_bytes, uint64_t *ret_files);

/* The hash of a file, as manifests write it. */
MUST_USE enum rc bag_hash(int fd, enum bag_algorithm algorithm, char ret_hex[BAG_HEX_MAX],
                          struct fault *why);

#endif
