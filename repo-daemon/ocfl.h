/* OCFL 1.1 (ocfl.io/1.1/spec): archived volumes as a tree of files that any program of
 * the next decades can read, with every version kept and every file under its SHA-512.
 *
 *   ROOT/0=ocfl_1.1  ocfl_layout.json  extensions/0003-…/config.json
 *   ROOT/abc/def/ghi/ID/0=ocfl_object_1.1  inventory.json  inventory.json.sha512
 *                       v1/content/…  v2/content/…
 *
 * The three folders come from the SHA-256 of the id (storage layout 0003). A version
 * holds only files that no earlier one has (forward delta). An object is changed by
 * making the whole of the new one beside the root, with links to the content that stays,
 * reading it back, and exchanging the two folders in one step: who looks at the root sees
 * the old or the new, never a part. What a crash leaves stands in ROOT.making/ and is
 * swept by the next try.
 *
 * All calls block for the disk; one process at a time writes below a root. */
#ifndef REPO_OCFL_H
#define REPO_OCFL_H

#include "core/rc.h"
#include "sys/fault.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    OCFL_FILES_MAX = 100000, /* of one version */
    OCFL_VERSIONS_MAX = 1000,
    OCFL_PATH_MAX = 255,                    /* bytes of a logical path */
    OCFL_ID_MAX = 120,                      /* bytes */
    OCFL_INVENTORY_MAX = 256 * 1024 * 1024, /* bytes of one that is read */
    OCFL_FOLDER_MAX = 1200,
};

struct ocfl_source {
    const char *id;      /* borrowed, all: "urn:x-juanku:V4403…" */
    const char *folder;  /* what is stored: every file below it, by its path there */
    const char *message; /* why this version is made */
    const char *user;    /* who */
    int64_t at_ms;       /* when: Unix ms, UTC */
};

struct ocfl_facts {
    char path[OCFL_FOLDER_MAX]; /* of the object */
    unsigned version;           /* the newest now */
    bool is_new;                /* false: the newest held exactly these files already */
    unsigned files, added;      /* of the version; of these, stored for the first time */
};

/* Store the folder as the next version of the object; the root is made when missing.
 *   RC_INVALID  an id, a name or a root that cannot be used
 *   RC_CORRUPT  the object that is there is not valid: nothing was changed
 *   RC_FULL     no space; nothing was changed */
MUST_USE enum rc ocfl_store(const char *root, const struct ocfl_source *source,
                            struct ocfl_facts *ret_facts, struct fault *why);

/* Take the object out of the root, with all its versions. That there is none, or no root,
 * is RC_OK. The root is valid at every moment. RC_AGAIN: somebody writes below it. */
MUST_USE enum rc ocfl_remove(const char *root, const char *id, struct fault *why);

/* Is the folder a valid object? Every file is read. Never follows symbolic links.
 *   RC_CORRUPT    it is not; why->text begins with the code of the specification, "E092"
 *   RC_NOT_FOUND  no such folder */
MUST_USE enum rc ocfl_verify_object(const char *path, struct fault *why);

/* The same for a storage root with all its objects; *ret_objects may be NULL. The fault
 * names the first object that is not valid. */
MUST_USE enum rc ocfl_verify_root(const char *path, unsigned *ret_objects,
                                  struct fault *why);

/* Is the folder a storage root (true), or an object or something else? */
bool ocfl_is_root(const char *path);

#endif
