/* appends FOLDER: durable custody commands, each with its event and views.
 *
 *   bare    a loop of one LMDB put and sync, of the same bytes in one table
 *   one     one client: each command is flushed before the next
 *   group   16 clients that each wait for their answer: one flush for all that wait
 *
 * Prints "name per-second". The folder must not exist. */
#include "bench/repo_make.h"

enum { ONE = 400, CLIENTS = 16, ROUNDS = 60, BYTES_MAX = 4096 };

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
    static uint8_t value[BYTES_MAX];
    uint64_t *n = context;
    uint8_t key[8];
    struct store_table *table = &repo->tables[TABLE_ANSWERS];
    store_u64_write(*n, key);
    return store_put(txn, *table, (struct bytes){ key, 8 }, (struct bytes){ value, 350 },
                     fault);
}

static void show(const char *name, unsigned count, double from)
{
    printf("%s %.0f\n", name, count / (bench_s() - from));
    (void)fflush(stdout);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 1;
    bench_must(repo_create(argv[1], "粤0399", NULL, &why), &why);
    bench_must(repo_open(argv[1], &repo, &why), &why);
    double from = bench_s();
    for (uint64_t n = 0; n < ONE; n++)
        bench_must(store_update(repo->store, bare_change, &n, &why), &why);
    show("bare", ONE, from);
    from = bench_s();
    for (uint64_t n = 0; n < ONE; n++) {
        struct one one = { n / LIFE, (unsigned)(n % LIFE) };
        bench_must(store_update(repo->store, one_change, &one, &why), &why);
    }
    show("one", ONE, from);
    from = bench_s();
    for (unsigned round = 0; round < ROUNDS; round++) {
        bench_must(store_group_begin(repo->store, &why), &why);
        for (uint64_t c = 0; c < CLIENTS; c++) {
            struct one one = { 1000 + c + round / LIFE * CLIENTS, round % LIFE };
            bench_must(store_update(repo->store, one_change, &one, &why), &why);
        }
        bench_must(store_group_end(repo->store, &why), &why);
    }
    show("group", ROUNDS * CLIENTS, from);
    repo_close(repo);
    return 0;
}
