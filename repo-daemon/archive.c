#include "repo-daemon/archive.h"

#include "pdfa/pdfa.h"
#include "repo-daemon/archive_marks.h"
#include "repo-daemon/call.h"
#include "repo-daemon/ledger_export.h"
#include "sys/file.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MOST = 80, EXTRA_FILES = 8 };

/* One file of the bag: a blob, or a descriptor made here. */
struct entry {
    char path[NAME_MOST];
    struct sha256 blob;
    int fd; /* -1: the blob */
};

struct packing {
    struct repo *repo;
    const struct gathered *all;
    struct entry *entries; /* owned, with their descriptors */
    size_t count;
};

static void packing_free(struct packing *p)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->entries[i].fd >= 0)
            close(p->entries[i].fd);
    free(p->entries);
}

static enum rc add_blob(struct packing *p, const char *path, const char *hex,
                        struct fault *why)
{
    struct entry *e = &p->entries[p->count];
    *e = (struct entry){ .fd = -1 };
    snprintf(e->path, sizeof e->path, "%s", path);
    if (!hash_from_hex(hex, &e->blob))
        return fault_set(why, RC_CORRUPT, 0, "'%s' of a volume names no blob", path);
    p->count++;
    return RC_OK;
}

static enum rc add_text(struct packing *p, const char *path, struct bytes text,
                        struct fault *why)
{
    struct entry *e = &p->entries[p->count];
    *e = (struct entry){ .fd = -1 };
    snprintf(e->path, sizeof e->path, "%s", path);
    enum rc rc = file_in_memory("bag", text, &e->fd, why);
    p->count += !rc;
    return rc;
}

static const char *ending(const char *type)
{
    return !strcmp(type, "image/jpeg")   ? "jpg"
           : !strcmp(type, "image/tiff") ? "tif"
           : !strcmp(type, "image/png")  ? "png"
                                         : "bin";
}

static enum rc images_add(struct packing *p, struct fault *why)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; i < p->all->image_count && !rc; i++) {
        const struct rules_image *image = &p->all->images[i];
        const json_t *entry = gather_entry(p->all, image);
        unsigned batch =
            (unsigned)json_number(json_array_get(p->all->scans, image->batch), "batch");
        char path[NAME_MOST];
        snprintf(path, sizeof path, "data/captures/%04u-%04u.%s", batch, image->index,
                 ending(json_text(entry, "capture_type")));
        rc = add_blob(p, path, json_text(entry, "capture_sha256"), why);
        if (rc || image->kind != RULES_PAGE)
            continue;
        snprintf(path, sizeof path, "data/text/%04u-%04u.txt", batch, image->index);
        rc = add_blob(p, path, json_text(entry, "text_sha256"), why);
    }
    for (size_t b = 0; b < p->all->batch_count && !rc; b++) {
        const json_t *scan = json_array_get(p->all->scans, b);
        char path[NAME_MOST];
        snprintf(path, sizeof path, "data/manifests/%04u.json",
                 (unsigned)json_number(scan, "batch"));
        rc = add_blob(p, path, json_text(scan, "manifest"), why);
    }
    return rc;
}

static enum rc open_page(void *context, size_t index, int *ret_fd, struct fault *why)
{
    struct packing *p = context;
    struct sha256 hash;
    uint64_t size;
    const char *hex = p->all->images[index].pdf_sha256;
    if (!hex || !hash_from_hex(hex, &hash))
        return fault_set(why, RC_CORRUPT, 0, "page %zu has no PDF", index + 1);
    return blob_get(p->repo->blobs, hash, ret_fd, &size, why);
}

/* The catalogue as it stands in the package. */
static json_t *catalogue(const struct gathered *all, size_t pages)
{
    json_t *list = json_array();
    for (size_t i = 0; i < pages; i++) {
        const struct rules_image *image = &all->images[i];
        if (i && all->images[i - 1].row == image->row)
            continue;
        size_t last = i;
        while (last + 1 < pages && all->images[last + 1].row == image->row)
            last++;
        const char *title = gather_title(all, image->row);
        json_array_append_new(list,
                              json_pack("{s:i, s:s, s:i, s:i}", "row", (int)image->row,
                                        "title", title, "from", (int)image->page_no, "to",
                                        (int)all->images[last].page_no));
    }
    return list;
}

static enum rc volume_pdf(struct packing *p, const char *folder, int64_t now_ms,
                          struct fault *why)
{
    const struct gathered *all = p->all;
    SCOPED(archive_marks_free) struct archive_marks marks = { 0 };
    size_t pages = 0;
    while (pages < all->image_count && all->images[pages].kind == RULES_PAGE)
        pages++;
    enum rc rc = archive_marks(all, pages, &marks, why);
    if (rc)
        return rc;
    SCOPED(json_free_at) json_t *items = catalogue(all, pages);
    SCOPED(free_at) char *text = json_dumps(items, JSON_INDENT(1));
    char title[400];
    snprintf(title, sizeof title, "%s %s", json_text(all->the_case, "case_no"),
             json_number(all->volume, "kind") == 2 ? "副卷" : "正卷");
    struct pdfa_label first = { .page = 0, .prefix = NULL, .start = 1 };
    struct pdfa_join join = {
        .about = { .title = title, .author = p->repo->court, .created_ms = now_ms },
        .page_count = pages,
        .open_page = open_page,
        .context = p,
        .marks = marks.at,
        .mark_count = marks.count,
        .labels = &first,
        .label_count = 1
    };
    struct entry *e = &p->entries[p->count];
    *e = (struct entry){ .path = "data/volume.pdf" };
    e->fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (e->fd < 0)
        return fault_set(why, RC_IO, 0, "make a file in '%s'", folder);
    p->count++;
    rc = pdfa_join(&join, e->fd, why);
    if (!rc)
        rc = add_text(p, "data/catalogue.json",
                      (struct bytes){ (uint8_t *)text, strlen(text) }, why);
    return rc;
}

static enum rc ledger_add(struct packing *p, struct fault *why)
{
    struct ledger_source source;
    SCOPED(free_at) char *proof = NULL;
    size_t len = 0;
    char key[LEDGER_KEY_MAX + 1];
    enum rc rc = ledger_source_of(p->repo->ledger, &source, why);
    if (!rc)
        rc = ledger_proof_write(&source, json_text(p->all->volume, "volume"), &proof,
                                &len, why);
    if (!rc)
        rc = add_text(p, "ledger/proof.json", (struct bytes){ (uint8_t *)proof, len },
                      why);
    if (!rc)
        rc = add_text(
            p, "ledger/checkpoint",
            (struct bytes){ (uint8_t *)source.checkpoint, strlen(source.checkpoint) },
            why);
    snprintf(key, sizeof key, "%s\n", ledger_key(p->repo->ledger));
    return rc ? rc
              : add_text(p, "ledger/key.pub",
                         (struct bytes){ (uint8_t *)key, strlen(key) }, why);
}

static enum rc open_entry(void *context, size_t index, int *ret_fd, struct fault *why)
{
    struct packing *p = context;
    const struct entry *e = &p->entries[index];
    uint64_t size;
    if (e->fd < 0)
        return blob_get(p->repo->blobs, e->blob, ret_fd, &size, why);
    *ret_fd = fcntl(e->fd, F_DUPFD_CLOEXEC, 3);
    if (*ret_fd < 0 || lseek(*ret_fd, 0, SEEK_SET) < 0)
        return fault_set(why, RC_IO, 0, "read '%s' again", e->path);
    return RC_OK;
}

static enum rc bag(struct packing *p, const char *folder, int64_t now_ms,
                   struct bagit_facts *ret_facts, struct fault *why)
{
    const struct gathered *all = p->all;
    SCOPED(free_at) const char **files = calloc(p->count, sizeof *files);
    if (!files)
        return fault_set(why, RC_NO_MEMORY, 0, "no memory for a bag");
    for (size_t i = 0; i < p->count; i++)
        files[i] = p->entries[i].path;
    const struct bagit_info infos[] = {
        { "Source-Organization", p->repo->court },
        { "External-Identifier", json_text(all->volume, "volume") },
        { "External-Description", json_text(all->the_case, "case_no") },
        { "Internal-Sender-Identifier", ledger_origin(p->repo->ledger) },
    };
    struct bagit b = { .folder = folder,
                       .name = json_text(all->volume, "volume"),
                       .files = files,
                       .file_count = p->count,
                       .open_file = open_entry,
                       .context = p,
                       .infos = infos,
                       .info_count = COUNT(infos),
                       .at_ms = now_ms };
    return bagit_write(&b, ret_facts, why);
}

enum rc archive_write(struct repo *repo, const struct gathered *all, const char *folder,
                      int64_t now_ms, struct archive_facts *ret_facts, struct fault *why)
{
    SCOPED(packing_free) struct packing p = { .repo = repo, .all = all };
    struct bagit_facts facts;
    p.entries =
        calloc(all->image_count * 2 + all->batch_count + EXTRA_FILES, sizeof *p.entries);
    if (!p.entries)
        return fault_set(why, RC_NO_MEMORY, 0, "no memory for a bag");
    snprintf(ret_facts->path, sizeof ret_facts->path, "%s/%s", folder,
             json_text(all->volume, "volume"));
    enum rc rc = volume_pdf(&p, folder, now_ms, why);
    if (!rc)
        rc = add_blob(&p, "data/certificate.pdf", json_text(all->volume, "certificate"),
                      why);
    if (!rc)
        rc = add_blob(&p, "data/check.json", json_text(all->volume, "report"), why);
    if (!rc)
        rc = images_add(&p, why);
    if (!rc)
        rc = ledger_add(&p, why);
    if (!rc)
        rc = bag(&p, folder, now_ms, &facts, why);
    if (rc == RC_EXISTS)
        rc = bagit_verify(ret_facts->path, &facts, why);
    if (rc)
        return rc;
    hash_hex(facts.seal, ret_facts->seal);
    ret_facts->files = (unsigned)facts.files;
    return RC_OK;
}
