/* repo_make FOLDER VOLUMES: a repository with ten events for each volume. The volumes'
 * lives run side by side, a thousand at a time, as in a court. */
#include "bench/repo_make.h"

enum { SIDE = 1000 };

struct making {
    struct repo *repo;
    uint64_t from, to; /* of all events, in their order */
    uint64_t volumes;
};

static enum rc make_some(struct store_txn *txn, void *context, struct fault *why)
{
    const struct making *m = context;
    enum rc rc = RC_OK;
    for (uint64_t e = m->from; !rc && e < m->to; e++) {
        uint64_t block = e / (SIDE * LIFE), left = m->volumes - block * SIDE;
        uint64_t side = left < SIDE ? left : SIDE, within = e - block * SIDE * LIFE;
        rc = life_event(m->repo, txn, block * SIDE + within % side,
                        (unsigned)(within / side), why);
    }
    return rc;
}

int main(int argc, char **argv)
{
    struct fault why;
    struct repo *repo = NULL;
    char text[LEDGER_CHECKPOINT_MAX];
    if (argc != 3)
        return 1;
    uint64_t volumes = strtoull(argv[2], NULL, 10), events = volumes * LIFE;
    bench_must(repo_create(argv[1], "粤0399", NULL, &why), &why);
    bench_must(repo_open(argv[1], &repo, &why), &why);
    for (uint64_t e = 0; e < events; e += MAKE_GROUP) {
        uint64_t to = e + MAKE_GROUP < events ? e + MAKE_GROUP : events;
        struct making making = { repo, e, to, volumes };
        bench_must(store_update(repo->store, make_some, &making, &why), &why);
    }
    bench_must(ledger_checkpoint(repo->ledger, text, &why), &why);
    repo_close(repo);
    return 0;
}
