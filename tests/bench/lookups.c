/* lookups FOLDER VOLUMES: what a large repository costs. Prints, one a line: start_s,
 * look-up of a volume (p99 in ms, through the view and its case), rss_mb besides the map,
 * appends per second in one group of 1000. */
#include "bench/repo_make.h"

#include <sys/resource.h>
#include <unistd.h>

enum { LOOKS = 20000, GROUP = 1000 };

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

int main(int argc, char **argv)
{
    struct fault why;
    struct repo *repo = NULL;
    static double took[LOOKS];
    if (argc != 3)
        return 1;
    uint64_t volumes = strtoull(argv[2], NULL, 10);
    double from = bench_s();
    bench_must(repo_open(argv[1], &repo, &why), &why);
    printf("start_s %.3f\n", bench_s() - from);
    uint32_t seed = 1;
    for (unsigned i = 0; i < LOOKS; i++) {
        char label[LABEL_TEXT_MAX];
        SCOPED(json_free_at) json_t *volume = NULL;
        seed = seed * 1664525u + 1013904223u;
        volume_label(seed % volumes, label);
        from = bench_s();
        bench_must(view_find(repo, VIEW_VOLUMES, label, &volume), &why);
        took[i] = bench_s() - from;
        if (!json_object_get(volume, "holder"))
            return 2;
    }
    qsort(took, LOOKS, sizeof took[0], by_size);
    printf("lookup_p99_ms %.3f\n", took[LOOKS * 99 / 100] * 1e3);
    printf("rss_mb %.1f\n", anonymous_mb());
    from = bench_s();
    bench_must(store_group_begin(repo->store, &why), &why);
    for (uint64_t n = 0; n < GROUP; n++) {
        char label[LABEL_TEXT_MAX];
        volume_label(n % volumes, label);
        struct ledger_volume now;
        bench_must(ledger_volume(repo->ledger, label, &now, &why), &why);
        struct ledger_move move = { label, now.version, now.state, now.state };
        struct ledger_event event = {
            .event = "qc-pass", .by = "", .at_ms = 1, .moves = &move, .move_count = 1
        };
        char id[33];
        snprintf(id, sizeof id, "ffffffffffffffff%016llx", (unsigned long long)n);
        struct ledger_batch batch = { .id = id, .events = &event, .count = 1 };
        struct ledger_result result;
        bench_must(ledger_append(repo->ledger, &batch, &result, &why), &why);
    }
    printf("grouped_appends_s %.0f\n", GROUP / (bench_s() - from));
    repo_close(repo); /* without the end of the group: nothing of it is kept */
    return 0;
}
