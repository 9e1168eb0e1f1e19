/* The certificate 纸质与电子一致性核对证书: one PDF/A document that says, for one volume,
 * that its paper and its images agree, who compared them, under which rules, and where
 * the ledger stood. With the list of capture hashes and their root, anybody who has the
 * captures can repeat it:
 *
 *   root = SHA-256 over the lines of the list, each the 64 lower-case hex digits of one
 *          capture's SHA-256 and a line feed, in the order of the list
 *
 * A pure function: input structs to bytes, same input same bytes. */
#ifndef REPO_CERTIFICATE_H
#define REPO_CERTIFICATE_H

#include "repo-daemon/rules.h"
#include "sys/hash.h"

/* One row of the catalogue as it was found. */
struct certificate_item {
    unsigned row;
    const char *title;           /* borrowed */
    unsigned from_page, to_page; /* 0, 0: carries no numbers */
    unsigned images;
};

struct certificate {
    const char *court;   /* borrowed, all: "粤0399" or the court's name */
    const char *case_no; /* "(2026)粤0399民初10027号" */
    const char *cause;   /* "民间借贷纠纷" */
    const char *parties; /* "张三 诉 李四" */
    const char *volume;  /* the label "V…" */
    unsigned kind, part; /* 1 正卷 2 副卷; 册 */
    const char *outcome; /* 判决 …; NULL for none */
    const char *rules;   /* rules_name() */
    const struct rules_reconciliation *reconciliation; /* borrowed; must be ok */
    const struct certificate_item *items;              /* borrowed, catalogue order */
    size_t item_count;
    const struct rules_image *images; /* borrowed, in the order of rules_arrange() */
    size_t image_count;
    const char *checker, *checker_badge; /* who compared paper and images */
    int64_t at_ms;                       /* when: also the document's date */
    uint64_t ledger_size;                /* events in the ledger then */
    const char *ledger_root;   /* the head's root hash as printed in checkpoints */
    const char *ledger_origin; /* the checkpoint's first line */
    const char *font_path;     /* a TrueType font with Chinese */
};

/* The root above, over all images in their order. RC_INVALID when a hash is missing. */
MUST_USE enum rc certificate_root(const struct rules_image *images, size_t count,
                                  struct sha256 *ret_root, struct fault *why);

/* Write it. The caller frees *ret_pdf.
 *   RC_REFUSED    the reconciliation is not ok: there is nothing to certify
 *   RC_NOT_FOUND  no font at font_path (install fonts-droid-fallback) */
MUST_USE enum rc certificate_write(const struct certificate *certificate,
                                   uint8_t **ret_pdf, size_t *ret_len, struct fault *why);

#endif
