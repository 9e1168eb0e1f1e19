/* BagIt packages (RFC 8493): the archived volume as a folder that any other program can
 * read and verify with sha512sum alone.
 *
 *   NAME/bagit.txt  bag-info.txt  manifest-sha512.txt  tagmanifest-sha512.txt
 *   NAME/data/...   the payload
 *   NAME/...        tag files outside of data/ that the caller adds (ledger proofs)
 *
 * A bag is made under a hidden name beside its place, every file and folder flushed, and
 * renamed as the last step: a bag that can be seen is whole. Blocking; call it outside of
 * any transaction. */
#ifndef REPO_BAGIT_H
#define REPO_BAGIT_H

#include "core/rc.h"
#include "sys/fault.h"
#include "sys/hash.h"

#include <stddef.h>
#include <stdint.h>

enum {
    BAGIT_FILES_MAX = 100000,
    BAGIT_NAME_MAX = 255, /* bytes of a path below the bag */
    BAGIT_DEPTH_MAX = 8,  /* folders in such a path */
    BAGIT_VALUE_MAX = 1000,
    BAGIT_MANIFEST_MAX = 64 * 1024 * 1024, /* bytes of a manifest that is read */
};

/* Give the content of the file at `index`; it is copied from offset 0 and closed. */
typedef enum rc bagit_open_file(void *context, size_t index, int *ret_fd,
                                struct fault *why);

struct bagit_info {
    const char *label, *value; /* borrowed: "Source-Organization", "…" */
};

struct bagit {
    const char *folder;       /* borrowed: where the bag goes; must exist */
    const char *name;         /* borrowed: the bag's own folder name, without '/' */
    const char *const *files; /* borrowed: paths below the bag, "data/volume.pdf". Those
                               * outside of data/ are tag files */
    size_t file_count;
    bagit_open_file *open_file;
    void *context;
    const struct bagit_info *infos; /* bag-info.txt, in order; Bagging-Date, Payload-Oxum
                                     * and Bag-Software-Agent are added */
    size_t info_count;
    int64_t at_ms; /* the Bagging-Date, UTC day */
};

struct bagit_facts {
    uint64_t payload_bytes, payload_files;
    size_t files;       /* all files of the bag */
    struct sha256 seal; /* SHA-256 of tagmanifest-sha512.txt: stands for the whole bag */
};

/* Write the bag and verify it by reading it back before it gets its name.
 *   RC_EXISTS   a bag of this name is there already; nothing was changed
 *   RC_INVALID  a path that leaves the bag, is named twice, or takes a reserved name
 *   RC_FULL     no space; nothing is left behind */
MUST_USE enum rc bagit_write(const struct bagit *bag, struct bagit_facts *ret_facts,
                             struct fault *why);

/* Remove the bag `name` of `folder`, durably. That there is none is RC_OK. */
MUST_USE enum rc bagit_remove(const char *folder, const char *name, struct fault *why);

/* Is the folder `path` a complete and valid bag (versions 0.93 to 1.0; MD5, SHA-256 and
 * SHA-512)? Never follows symbolic links, never leaves the folder, fetches nothing.
 *   RC_OK       complete and valid; ret_facts may be NULL
 *   RC_CORRUPT  it is not; why->text is a Chinese sentence that names the file
 *   RC_NOT_FOUND  no such folder */
MUST_USE enum rc bagit_verify(const char *path, struct bagit_facts *ret_facts,
                              struct fault *why);

#endif
