/* What the backends of the blob store share. A backend's own structs begin with these. */
#ifndef REPO_BLOB_BACKEND_H
#define REPO_BLOB_BACKEND_H

#include "repo-daemon/blob.h"

struct blobs {
    const struct blob_ops *ops;
};

struct blob_put {
    struct blobs *blobs; /* borrowed */
};

/* files:DIR; `folder` is the part behind the colon. */
MUST_USE enum rc blob_files_open(const char *folder, bool create,
                                 struct blobs **ret_blobs, struct fault *why);

#endif
