/* Random purges over volumes that share pictures: whatever is proposed, approved, held,
 * fed again and cut off in between, no file goes that its list does not have, none that a
 * volume which stays still names, and none before its term.
 * CHECK_SEED=N repeats a run. */
#include "purge_fixture.h"

enum { VOLUMES = 24, POOL = 40, ROUNDS = 120 };

static uint64_t seed;
static char labels[VOLUMES][LABEL_TEXT_MAX];
static json_t *named[VOLUMES]; /* owned: pictures of each, as keys */
static bool over[VOLUMES];     /* its term is */
static unsigned approved, refused;

static unsigned draw(unsigned below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)((seed >> 33) % below);
}

static const char *picture(bool secret, unsigned n)
{
    static char text[PURGE_PICTURES_MOST][24];
    static unsigned next;
    char *room = text[next++ % PURGE_PICTURES_MOST];
    snprintf(room, sizeof text[0], secret ? "副%u" : "画面%u", n);
    return room;
}

static void feed(int v, const char *kind)
{
    const char *pictures[PURGE_PICTURES_MOST];
    size_t count = 1 + draw(5);
    for (size_t i = 0; i < count; i++) {
        pictures[i] = picture(call_is_secret(labels[v]), draw(POOL));
        json_object_set_new(named[v], picture_hex(pictures[i]), json_true());
    }
    if (!strcmp(kind, "first"))
        purge_scan(labels[v], pictures, count);
    else
        CHECK_INT(201, purge_feed(labels[v], kind, pictures, count, NULL));
}

static void volume_make(int v)
{
    snprintf(labels[v], sizeof labels[v], "%s", fixture_part(1 + (int)draw(2), 10 + v));
    named[v] = json_object();
    feed(v, "first");
    if (draw(2))
        feed(v, "supplement");
    unsigned kind = draw(4); /* one of four stays at work */
    over[v] = kind < 2;
    if (kind < 3)
        purge_archive(labels[v], kind < 2 ? "short" : "long",
                      kind < 2 ? "2020-12-31" : "2999-12-31");
}

static const char *state(int v)
{
    return volume_field(labels[v], "state");
}

/* Everything that a volume which stays names is there. */
static void nothing_is_missing(void)
{
    for (int v = 0; v < VOLUMES; v++) {
        const char *hex;
        json_t *one;
        if (!strcmp(state(v), "condemned"))
            continue;
        json_object_foreach(named[v], hex, one)
        {
            struct sha256 hash;
            CHECK(hash_from_hex(hex, &hash));
            if (blob_stat(at.repo->blobs, hash, NULL, NULL))
                fail_msg("%s of %s (%s) is gone", hex, labels[v], state(v));
        }
    }
}

static void holds_change(int v)
{
    json_t *stands = stored(VIEW_VOLUMES, labels[v]);
    const json_t *holds = json_object_get(stands, "holds");
    json_int_t hold = json_number(json_array_get(holds, 0), "hold");
    const char *one = labels[v];
    json_t *parts =
        hold ? json_pack("{s:o}", "hold", json_sprintf("%lld", (long long)hold)) : NULL;
    CHECK_INT(201, call_by(ROLE_SUPERVISOR, "POST",
                           hold ? "/v1/holds/{hold}/lift" : "/v1/holds", parts,
                           purge_body(&one, 1), NULL));
    json_decref(stands);
}

static bool is_held(int v)
{
    json_t *stands = stored(VIEW_VOLUMES, labels[v]);
    bool held = retention_is_held(stands);
    json_decref(stands);
    return held;
}

/* Propose some; what must not go is refused as a whole. */
static json_t *propose_some(void)
{
    const char *volumes[4];
    json_t *answer = NULL;
    size_t count = 0;
    bool may = true;
    for (unsigned i = 0, wanted = 1 + draw(3); i < wanted; i++) {
        int v = (int)draw(VOLUMES);
        bool twice = false;
        for (size_t b = 0; b < count; b++)
            twice = twice || volumes[b] == labels[v];
        if (twice || (!over[v] && draw(8)))
            continue;
        volumes[count++] = labels[v];
        may = may && over[v] && !is_held(v) && !strcmp(state(v), "archived");
    }
    if (!count)
        return NULL;
    int status = call_by(ROLE_ARCHIVIST, "POST", "/v1/purges", NULL,
                         purge_body(volumes, count), &answer);
    CHECK_INT(may ? 201 : 422, status);
    refused += !may;
    if (may)
        return answer;
    json_decref(answer);
    return NULL;
}

static void decide(json_t *purge)
{
    bool disturbed = !draw(4);
    const json_t *lines = json_object_get(purge, "lines");
    if (disturbed) { /* a hold comes between the two persons */
        const char *one = json_text(json_array_get(lines, 0), "volume");
        CHECK_INT(201, call_by(ROLE_SUPERVISOR, "POST", "/v1/holds", NULL,
                               purge_body(&one, 1), NULL));
        CHECK_INT(409, purge_decide_by(ROLE_SUPERVISOR, purge, "approved", NULL));
    }
    bool goes = !disturbed && draw(4);
    CHECK_INT(201, purge_decide_by(ROLE_SUPERVISOR, purge, goes ? "approved" : "refused",
                                   NULL));
    approved += goes;
}

/* Some steps, perhaps not all: another start goes on. */
static void work_some(unsigned steps)
{
    struct retention_work *work = NULL;
    enum rc rc = RC_OK;
    CHECK_OK(retention_work_new(at.repo, at.settings.archive, &work, NULL));
    while (!rc && steps--)
        rc = retention_work_step(work, clock_now_ms(), NULL);
    CHECK(!rc || rc == RC_NOT_FOUND);
    retention_work_free(work);
}

static bool file_count(const struct blob_found *found, void *context)
{
    (void)found;
    ++*(unsigned *)context;
    return true;
}

/* A volume at work gets pictures that a purge may just have taken. */
static void feed_again(void)
{
    int v = (int)draw(VOLUMES);
    if (!strcmp(state(v), "scanned"))
        feed(v, "supplement");
}

TEST(purges, take_nothing_that_anything_else_names)
{
    const char *given = getenv("CHECK_SEED");
    seed = given ? strtoull(given, NULL, 10) : (uint64_t)clock_now_ms();
    printf("# CHECK_SEED=%llu\n", (unsigned long long)seed);
    unsigned before = 0, after = 0;
    fixture();
    for (int v = 0; v < VOLUMES; v++)
        volume_make(v);
    CHECK_OK(blob_scan(at.repo->blobs, false, file_count, &before, NULL));
    for (unsigned i = 0; i < ROUNDS; i++) {
        int v = (int)draw(VOLUMES);
        json_t *purge = draw(3) ? propose_some() : NULL;
        if (purge)
            decide(purge);
        json_decref(purge);
        if (!draw(5) || is_held(v))
            holds_change(v);
        work_some(draw(4));
        if (!draw(3))
            feed_again();
        nothing_is_missing();
    }
    purge_run();
    nothing_is_missing();
    CHECK_OK(blob_scan(at.repo->blobs, true, file_count, &after, NULL));
    printf("# %u approved, %u refused\n", approved, refused);
    CHECK(approved && refused);
    purge_rebuilt_same();
    for (int v = 0; v < VOLUMES; v++)
        json_decref(named[v]);
}
