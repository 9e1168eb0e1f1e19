/* appends FOLDER: durable custody commands, each with its event and views.
 *
 *   bare    a loop of one LMDB put and sync, of the same bytes in one table
 *   one     one client: each command is flushed before the next; in turns with the bare
 *           loop, as the disk has good and bad moments
 *   group   16 clients that each wait for their answer: one flush for all that wait
 *
 * Prints "name per-second". The folder must not exist. */
#include "bench/repo_make.h"

enum { ONE = 400, TURN = 20, CLIENTS = 16, ROUNDS = 100, BYTES = 350 };

static struct repo *repo;
static struct fault why;

struct one {
    uint64_t n;
    unsigned step;
};

static enum rc one_change(struct store_txn *txn, void *context, struct fault *fault)
{
    const struct one *one = context;
    return life_event(repo, txn, one->n, one->step, fault);
}

static enum rc bare_change(struct store_txn *txn, void *context, struct fault *fault)
{
    static uint8_t value[BYTES];
    uint64_t *n = context;
    uint8_t key[8];
    struct store_table *table = &repo->tables[TABLE_ANSWERS];
    store_u64_write(*n, key);
    return store_put(txn, *table, (struct bytes){ key, 8 },
                     (struct bytes){ value, BYTES }, fault);
}

static void show(const char *name, unsigned count, double seconds)
{
    printf("%s %.0f\n", name, count / seconds);
}

static double run_bare(uint64_t first)
{
    double from = bench_s();
    for (uint64_t n = first; n < first + TURN; n++)
        bench_must(store_update(repo->store, bare_change, &n, &why), &why);
    return bench_s() - from;
}

static double run_one(uint64_t first)
{
    double from = bench_s();
    for (uint64_t n = first; n < first + TURN; n++) {
        struct one one = { n / LIFE, (unsigned)(n % LIFE) };
        bench_must(store_group_begin(repo->store, &why), &why);
        bench_must(store_update(repo->store, one_change, &one, &why), &why);
        bench_must(store_group_end(repo->store, &why), &why);
        bench_settle_in_time(repo->store);
    }
    bench_must(store_settle(repo->store, &why), &why);
    return bench_s() - from;
}

static double run_group(void)
{
    double from = bench_s();
    for (unsigned round = 0; round < ROUNDS; round++) {
        bench_must(store_group_begin(repo->store, &why), &why);
        for (uint64_t c = 0; c < CLIENTS; c++) {
            struct one one = { 1000 + c + round / LIFE * CLIENTS, round % LIFE };
            bench_must(store_update(repo->store, one_change, &one, &why), &why);
        }
        bench_must(store_group_end(repo->store, &why), &why);
        bench_settle_in_time(repo->store);
    }
    bench_must(store_settle(repo->store, &why), &why);
    return bench_s() - from;
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 1;
    bench_must(repo_create(argv[1], "粤0399", NULL, &why), &why);
    bench_must(repo_open(argv[1], &repo, &why), &why);
    /* The redo log is made by the first group, once for good. */
    bench_must(store_group_begin(repo->store, &why), &why);
    bench_must(store_group_end(repo->store, &why), &why);
    double bare = 0, one = 0;
    for (uint64_t n = 0; n < ONE; n += TURN) {
        bare += run_bare(n);
        one += run_one(n);
    }
    show("bare", ONE, bare);
    show("one", ONE, one);
    show("group", ROUNDS * CLIENTS, run_group());
    repo_close(repo);
    return 0;
}
