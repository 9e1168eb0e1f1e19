/* repo_large FOLDER VOLUMES PAGES: what a court has after years. Each volume has a case
 * with parties, was scanned once with PAGES pages, seen by a second person and put into a
 * slot of its own: ten events. The files of the pages themselves are not made (nothing
 * here reads them), but what names them is. All events go into the ledger first, then the
 * views are made from them, as `juanku repo rebuild` does.
 * Prints, one a line: events, rebuild_s. */
#include "bench/repo_make.h"

#include "sys/hash.h"
#include "sys/json_text.h"

#include <fcntl.h>
#include <sys/stat.h>

enum { STEPS = 10, TOGETHER = 40000, SLOTS_OF_A_RACK = 999 };

struct making {
    struct repo *repo;
    const char *folder;
    uint64_t from, to; /* of all events, in their order */
    unsigned pages;
};

/* Names that stand in their order are written fastest; a store that took them as they
 * came in would be as large. */
static void page_hash(uint64_t page, unsigned file, char ret_hex[SHA256_HEX])
{
    snprintf(ret_hex, SHA256_HEX, "%016llx%016x%032x", (unsigned long long)page, file,
             7u);
}

static json_t *manifest_of(uint64_t n, unsigned pages)
{
    json_t *images = json_array(), *items = json_array();
    for (unsigned p = 0; p < pages; p++) {
        char capture[SHA256_HEX], pdf[SHA256_HEX];
        page_hash(n * pages + p, 0, capture);
        page_hash(n * pages + p, 1, pdf);
        json_array_append_new(images,
                              json_pack("{s:i, s:s, s:s}", "index", (int)p + 1,
                                        "capture_sha256", capture, "pdf_sha256", pdf));
        json_array_append_new(items, json_pack("{s:i}", "row", (int)p / 4 + 1));
    }
    return json_pack("{s:o, s:o}", "images", images, "items", items);
}

/* The manifest under its hash, as a blob; not flushed one by one. */
static void manifest_put(const struct making *m, uint64_t n, char ret_hex[SHA256_HEX])
{
    char path[512];
    size_t len = 0;
    SCOPED(json_free_at) json_t *manifest = manifest_of(n, m->pages);
    SCOPED(free_at) char *text = json_text_write(manifest, &len);
    hash_hex(hash_sha256((struct bytes){ (uint8_t *)text, len }), ret_hex);
    snprintf(path, sizeof path, "%s/blobs/%.2s", m->folder, ret_hex);
    (void)mkdir(path, 0750);
    snprintf(path, sizeof path, "%s/blobs/%.2s/%s", m->folder, ret_hex, ret_hex);
    SCOPED(fd_close_at)
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0440);
    if (fd < 0 || write(fd, text, len) != (ssize_t)len)
        abort();
}

static void slot_label(uint64_t n, char ret_text[LABEL_TEXT_MAX])
{
    struct label label = { .type = LABEL_SLOT,
                           .site = 1,
                           .rack = (uint16_t)(n / SLOTS_OF_A_RACK + 1),
                           .slot = (uint16_t)(n % SLOTS_OF_A_RACK + 1) };
    if (label_write(&label, ret_text))
        abort();
}

static json_t *case_data(uint64_t n, const char *case_id)
{
    static const char *const family[] = {
        "王", "李", "张", "刘", "陈", "杨", "赵", "黄"
    };
    static const char *const given[] = { "建国", "秀英", "伟", "芳", "海燕", "志强" };
    static const char *const causes[] = { "民间借贷纠纷", "买卖合同纠纷", "离婚纠纷" };
    char plaintiff[32], defendant[32];
    snprintf(plaintiff, sizeof plaintiff, "%s%s", family[n % COUNT(family)],
             given[n / 8 % COUNT(given)]);
    snprintf(defendant, sizeof defendant, "%s%s", family[n / 48 % COUNT(family)],
             given[n / 7 % COUNT(given)]);
    return json_pack("{s:s, s:s, s:s, s:s}", "case", case_id, "plaintiff", plaintiff,
                     "defendant", defendant, "cause", causes[n % COUNT(causes)]);
}

static json_t *data_of(const struct making *m, uint64_t n, unsigned step)
{
    static const char *const fixed[STEPS] = {
        [1] = "{\"sheets\":100,\"notice\":0}",
        [2] = "{\"holder\":\"P0000000197\",\"sheets\":100}",
        [3] = "{\"to\":\"P0000000288\"}",
        [4] = "{\"holder\":\"P0000000288\",\"to\":\"\"}",
        [6] = "{\"batches\":[1]}",
        [7] = "{\"to\":\"P0000000197\"}",
        [8] = "{\"holder\":\"P0000000197\",\"to\":\"\"}",
    };
    char label[LABEL_TEXT_MAX], hex[SHA256_HEX];
    if (fixed[step])
        return json_loads(fixed[step], 0, NULL);
    volume_label(n, label);
    if (!step) {
        char case_id[LABEL_CASE_DIGITS + 1];
        snprintf(case_id, sizeof case_id, "%.20s", label + 1);
        return case_data(n, case_id);
    }
    if (step == 5) {
        manifest_put(m, n, hex);
        return json_pack("{s:i, s:s, s:i, s:i, s:i}", "batch", 1, "manifest", hex,
                         "images", (int)m->pages, "pages", (int)m->pages,
                         "sheets_counted", (int)m->pages / 2);
    }
    slot_label(n, label);
    return json_pack("{s:s, s:s}", "slot", label, "holder", "P0000000197");
}

static enum rc append(const struct making *m, struct store_txn *txn, uint64_t id,
                      const struct ledger_event *event, struct fault *why)
{
    char text[33];
    struct ledger_result result;
    snprintf(text, sizeof text, "%016llx%016llx", (unsigned long long)id * 2654435761u,
             (unsigned long long)id);
    struct ledger_batch batch = { .id = text, .events = event, .count = 1 };
    return ledger_append_in(m->repo->ledger, txn, &batch, &result, why);
}

/* The rack of volume `n`, when it is the first in it. */
static enum rc rack_make(const struct making *m, struct store_txn *txn, uint64_t n,
                         struct fault *why)
{
    char label[LABEL_TEXT_MAX];
    if (n % SLOTS_OF_A_RACK)
        return RC_OK;
    json_t *slots = json_array();
    for (uint64_t i = n; i < n + SLOTS_OF_A_RACK; i++) {
        slot_label(i, label);
        json_array_append_new(slots, json_string(label));
    }
    SCOPED(json_free_at) json_t *data = json_pack("{s:o}", "slots", slots);
    struct ledger_event event = {
        .event = EVENT_SLOTS, .by = "P0000000197", .at_ms = 1, .data = data
    };
    return append(m, txn, ~n, &event, why);
}

static enum rc step_make(const struct making *m, struct store_txn *txn, uint64_t n,
                         unsigned step, struct fault *why)
{
    static const struct {
        const char *event, *from, *to;
    } life[STEPS] = {
        { EVENT_CASE, NULL, NULL },
        { "register", "", "expected" },
        { "receive", "expected", "received" },
        { "offer", "received", "in-transit" },
        { "accept", "in-transit", "received" },
        { "scan-done", "received", "scanned" },
        { "qc-pass", "scanned", "scanned" },
        { "offer", "scanned", "in-transit" },
        { "accept", "in-transit", "scanned" },
        { "shelve", "scanned", "shelved" },
    };
    char label[LABEL_TEXT_MAX];
    volume_label(n, label);
    SCOPED(json_free_at) json_t *data = data_of(m, n, step);
    struct ledger_move move = { label, step - 1, life[step].from, life[step].to };
    struct ledger_event event = { .event = life[step].event,
                                  .by = "P0000000197",
                                  .at_ms = 1790000000000 + (int64_t)(n * STEPS + step),
                                  .moves = &move,
                                  .move_count = step ? 1 : 0,
                                  .data = data };
    enum rc rc = step ? RC_OK : rack_make(m, txn, n, why);
    return rc ? rc : append(m, txn, n * STEPS + step, &event, why);
}

static enum rc make_some(struct store_txn *txn, void *context, struct fault *why)
{
    const struct making *m = context;
    enum rc rc = RC_OK;
    for (uint64_t e = m->from; !rc && e < m->to; e++)
        rc = step_make(m, txn, e / STEPS, (unsigned)(e % STEPS), why);
    return rc;
}

int main(int argc, char **argv)
{
    struct fault why;
    struct repo *repo = NULL;
    char text[LEDGER_CHECKPOINT_MAX];
    if (argc != 4)
        return 1;
    uint64_t events = strtoull(argv[2], NULL, 10) * STEPS, all = 0;
    bench_must(repo_create(argv[1], "粤0399", NULL, &why), &why);
    bench_must(repo_open(argv[1], &repo, &why), &why);
    for (uint64_t e = 0; e < events; e += TOGETHER) {
        uint64_t to = e + TOGETHER < events ? e + TOGETHER : events;
        struct making making = { repo, argv[1], e, to,
                                 (unsigned)strtoul(argv[3], NULL, 10) };
        bench_must(store_update(repo->store, make_some, &making, &why), &why);
    }
    bench_must(ledger_checkpoint(repo->ledger, text, &why), &why);
    double from = bench_s();
    bench_must(apply_all(repo, &all, &why), &why);
    printf("events %llu\nrebuild_s %.1f\n", (unsigned long long)all, bench_s() - from);
    repo_close(repo);
    return 0;
}
