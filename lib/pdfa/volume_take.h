/* Small steps of reading a volume. Private to lib/pdfa. */
#ifndef PDFA_VOLUME_TAKE_H
#define PDFA_VOLUME_TAKE_H

#include "core/rc.h"
#include "sys/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    VOLUME_OBJECTS_MAX = 400000,
    VOLUME_SHORT_MAX = 16 * 1024,       /* bytes of a dictionary */
    VOLUME_LONG_MAX = 32 * 1024 * 1024, /* with as many labels or pages as there may be */
};

/* Where the objects of a file lie. */
struct volume_table {
    int fd;        /* borrowed */
    uint64_t size; /* of the file */
    uint64_t *at;  /* owned: by object number; 0: there is none */
    uint32_t objects;
    uint32_t root, info;
};

/* RC_CORRUPT: the file is not as ours are. */
MUST_USE enum rc volume_table_read(int fd, struct volume_table *ret_table,
                                   struct fault *why);

/* The object's text between "n 0 obj\n" and "endobj\n", of one without a stream, `most`
 * bytes with its head and end. The caller frees *ret_text. */
MUST_USE enum rc volume_text(const struct volume_table *table, uint64_t number,
                             size_t most, char **ret_text, struct fault *why);

/* Of one with a stream: what stands before /Length, and where its bytes are. */
MUST_USE enum rc volume_stream(const struct volume_table *table, uint64_t number,
                               char **ret_dict, uint64_t *ret_at, uint64_t *ret_len,
                               struct fault *why);

/* A text string as pdf_out_string() writes it, as UTF-8; the caller frees *ret_text. */
bool volume_take_string(const char **at, char **ret_text);
/* "n 0 R" */
bool volume_take_ref(const char **at, uint64_t *ret_number);
/* "(D:20260101120000+00'00')" as milliseconds. */
bool volume_take_date(const char **at, int64_t *ret_ms);

enum rc volume_not_ours(struct fault *why, const char *what);

#endif
