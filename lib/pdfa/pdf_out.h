/* The bytes of a PDF file as they come into being: objects in the order of their numbers
 * or not, their offsets, the hash that becomes the document's id, the table at the end.
 *
 * The first error is kept and every later call does nothing, so that a writer checks
 * once, at the end (pdf_out_close). Private to lib/pdfa. */
#ifndef PDFA_PDF_OUT_H
#define PDFA_PDF_OUT_H

#include "core/bytes.h"
#include "pdfa/pdfa.h"
#include "sys/fault.h"
#include "sys/hash.h"

enum { PDF_ID_MAX = 33, PDF_NUMBER_MAX = 24 };

/* Instead of a descriptor. */
enum { PDF_OUT_MEMORY = -1, PDF_OUT_NOWHERE = -2 /* only the lengths are wanted */ };

struct pdf_out {
    int fd;             /* where to; PDF_OUT_MEMORY: everything stays in `at` */
    const int *against; /* borrowed: with PDF_OUT_NOWHERE, the file that must be equal */
    uint8_t *at;        /* owned */
    size_t len, room;
    uint64_t gone;     /* bytes that left `at` for fd */
    uint64_t *offsets; /* owned: by object number */
    uint32_t objects;  /* the highest number so far, plus one */
    struct hash *hash; /* owned: of all bytes so far, until pdf_out_id() */
    struct fault why;  /* the first error */
};

/* Begin a file with the PDF 1.4 header. */
void pdf_out_open(struct pdf_out *out, int fd);
/* The same of a file whose id and tables are the caller's: ends by pdf_out_finish(). */
void pdf_out_open_plain(struct pdf_out *out, int fd);
/* The same, but nothing is written: the bytes are held against those of a file. */
void pdf_out_open_against(struct pdf_out *out, const int *fd);
/* Begin bytes that are no file: a content stream. */
void pdf_out_open_bare(struct pdf_out *out);
void pdf_out_free(struct pdf_out *out);

/* Record an error of the caller. Returns its code. */
enum rc pdf_out_fail(struct pdf_out *out, enum rc rc, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void pdf_out_put(struct pdf_out *out, struct bytes data);
void pdf_out_text(struct pdf_out *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

uint64_t pdf_out_at(const struct pdf_out *out); /* bytes so far */
/* As if `len` bytes had been put. Only where nothing is kept: PDF_OUT_NOWHERE. */
void pdf_out_skip(struct pdf_out *out, uint64_t len);

/* A text string as hex UTF-16BE with its mark: <FEFF…>. Invalid UTF-8 is an error. */
void pdf_out_string(struct pdf_out *out, const char *utf8);

/* "n 0 obj" ... "endobj". */
void pdf_out_object(struct pdf_out *out, uint32_t number);
void pdf_out_object_end(struct pdf_out *out);

/* A whole stream object. `dict` is what stands in the dictionary before /Length. */
void pdf_out_stream(struct pdf_out *out, uint32_t number, const char *dict,
                    struct bytes data);
/* The same, deflated; `dict` without /Filter. */
void pdf_out_packed(struct pdf_out *out, uint32_t number, const char *dict,
                    struct bytes data);

/* Info and XMP packet as objects `info` and `info` + 1, then the cross-reference table
 * and the trailer with `root`. The id is the hash of every byte before the XMP packet. */
MUST_USE enum rc pdf_out_close(struct pdf_out *out, const struct pdfa_about *about,
                               uint32_t root, uint32_t info, struct fault *why);

/* What is still in memory goes where it belongs; the first error, if there was one. */
MUST_USE enum rc pdf_out_finish(struct pdf_out *out, struct fault *why);

/* Half of a hash: 32 digits, the length that readers know from MD5. */
void pdf_id_of(struct sha256 sum, char ret_id[PDF_ID_MAX]);

/* Fixed notation without a locale, at most five decimals, no trailing zeros. */
void pdf_number(double value, char ret_text[PDF_NUMBER_MAX]);

/* One code point from UTF-8 at *at, which moves on. False at a byte that is not UTF-8
 * (overlong forms and surrogates are not), leaving *at. Ends at NUL with 0. */
bool pdf_utf8_next(const char **at, uint32_t *ret_code);

#endif
