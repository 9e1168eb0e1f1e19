/* lookups FOLDER VOLUMES: what a large repository costs. Prints, one a line: start_s,
 * look-up of a volume (p99 in ms, through the view and its case), rss_mb besides the map;
 * and events appended to volumes drawn by lot, each durable and in LMDB at the end, per
 * second: appends_one_s by one client, appends_16_s by 16 that wait for one flush. */
#include "bench/repo_make.h"
#include "sys/hash.h"

#include <sys/resource.h>
#include <unistd.h>

enum { LOOKS = 20000, ONE = 2000, MANY = 16000, CLIENTS = 16 };

static struct fault why;
static uint32_t seed = 1;

static int by_size(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return a < b ? -1 : a > b;
}

/* Resident pages that are no file's. */
static double anonymous_mb(void)
{
    long kb = 0;
    char line[128];
    SCOPED(file_close_at) FILE *file = fopen("/proc/self/status", "re");
    while (file && fgets(line, sizeof line, file))
        (void)sscanf(line, "RssAnon: %ld kB", &kb);
    return (double)kb / 1024;
}

static uint64_t any_of(uint64_t volumes)
{
    seed = seed * 1664525u + 1013904223u;
    return ((uint64_t)seed * volumes) >> 32;
}

static void append_one(struct repo *repo, uint64_t volume)
{
    char label[LABEL_TEXT_MAX], id[33];
    struct ledger_volume now;
    struct ledger_result result;
    volume_label(volume, label);
    bench_must(ledger_volume(repo->ledger, label, &now, &why), &why);
    struct ledger_move move = { label, now.version, now.state, now.state };
    struct ledger_event event = {
        .event = "qc-pass", .by = "", .at_ms = 1, .moves = &move, .move_count = 1
    };
    random_id(id); /* as devices draw theirs: any page of that table */
    struct ledger_batch batch = { .id = id, .events = &event, .count = 1 };
    bench_must(ledger_append(repo->ledger, &batch, &result, &why), &why);
}

static double appends_s(struct repo *repo, uint64_t volumes, unsigned count,
                        unsigned clients)
{
    double from = bench_s();
    for (unsigned n = 0; n < count; n += clients) {
        bench_must(store_group_begin(repo->store, &why), &why);
        for (unsigned c = 0; c < clients; c++)
            append_one(repo, any_of(volumes));
        bench_must(store_group_end(repo->store, &why), &why);
        bench_settle_in_time(repo->store);
    }
    bench_must(store_settle(repo->store, &why), &why);
    return count / (bench_s() - from);
}

int main(int argc, char **argv)
{
    struct repo *repo = NULL;
    static double took[LOOKS];
    if (argc != 3)
        return 1;
    uint64_t volumes = strtoull(argv[2], NULL, 10);
    double from = bench_s();
    bench_must(repo_open(argv[1], &repo, &why), &why);
    printf("start_s %.3f\n", bench_s() - from);
    for (unsigned i = 0; i < LOOKS; i++) {
        char label[LABEL_TEXT_MAX];
        SCOPED(json_free_at) json_t *volume = NULL;
        volume_label(any_of(volumes), label);
        from = bench_s();
        bench_must(view_find(repo, VIEW_VOLUMES, label, &volume), &why);
        took[i] = bench_s() - from;
        if (!json_object_get(volume, "holder"))
            return 2;
    }
    qsort(took, LOOKS, sizeof took[0], by_size);
    printf("lookup_p99_ms %.3f\n", took[LOOKS * 99 / 100] * 1e3);
    printf("rss_mb %.1f\n", anonymous_mb());
    printf("appends_one_s %.0f\n", appends_s(repo, volumes, ONE, 1));
    printf("appends_16_s %.0f\n", appends_s(repo, volumes, MANY, CLIENTS));
    repo_close(repo);
    return 0;
}
