/* The daemon is killed again and again, by role and as a whole, while somebody keeps
 * registering cases and putting files. Whoever repeats with the same id gets everything
 * done exactly once, and nothing that was acknowledged is lost. */
#include "../sim/repod_process.h"

#include "record/case_no.h"

enum { CASES = 60, KILLS = 8, TRIES = 400, BLOB_SIZE = 300000 };

static unsigned repeats;

/* Ask until somebody answers for good. */
static enum rc insist(const char *method, const char *path, json_t *body,
                      struct fault *why)
{
    enum rc rc = RC_UNAVAILABLE;
    for (int i = 0;
         i < TRIES && (rc == RC_UNAVAILABLE || rc == RC_UNKNOWN || rc == RC_TIMEOUT);
         i++) {
        json_t *answer = NULL;
        if (i) {
            repeats++;
            usleep(20000);
        }
        rc = http_client_json(as("clerk1"), method, path, body, REPOD_CALL_MS, &answer,
                              why);
        json_decref(answer);
    }
    return rc;
}

static void blob_make(unsigned n, uint8_t *ret_data)
{
    for (unsigned i = 0; i < BLOB_SIZE; i++)
        ret_data[i] = (uint8_t)(i * n + (i >> 8));
    memcpy(ret_data, &n, sizeof n);
}

static int blob_insist(unsigned n, struct fault *why)
{
    static uint8_t data[BLOB_SIZE];
    char hex[SHA256_HEX], path[120];
    blob_make(n, data);
    struct bytes bytes = { data, sizeof data };
    hash_hex(hash_sha256(bytes), hex);
    snprintf(path, sizeof path, "/v1/blobs/%s", hex);
    for (int i = 0; i < TRIES; i++) {
        struct http_answer answer = { 0 };
        enum rc rc =
            http_client_call(as("station1"), "PUT", path, "application/octet-stream",
                             bytes, REPOD_CALL_MS, &answer, why);
        int status = rc ? 0 : answer.status;
        http_answer_free(&answer);
        if (status && status != 503)
            return status;
        repeats++;
        usleep(20000);
    }
    return 0;
}

static json_t *case_body(unsigned n)
{
    char number[64], id[33];
    random_id(id);
    snprintf(number, sizeof number, "(2026)粤0399民初%u号", n);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "id", id, "case_no", number,
                     "cause", "试", "plaintiff", "甲", "defendant", "乙", "case_type",
                     "民事一审");
}

/* Kills the store, the http role or the parent, over and over, and starts a new parent.
 */
static void killer(void)
{
    static const char *const victims[] = { "store", "http", NULL };
    for (unsigned i = 0; i < KILLS; i++) {
        const char *victim = victims[i % 3];
        usleep(150000 + i * 37000);
        pid_t pid = victim ? repod_role(victim) : 0;
        if (pid)
            kill(pid, SIGKILL);
        if (!victim) {
            repod_kill(SIGKILL);
            if (!repod_start())
                exit(1);
        }
    }
    repod_wait();
}

struct counting {
    unsigned cases;
};

static enum rc count_case(uint64_t seq, struct bytes text, void *context,
                          struct fault *why)
{
    (void)seq, (void)why;
    struct counting *c = context;
    json_t *event = json_loadb((const char *)text.at, text.len, 0, NULL);
    c->cases += !strcmp(json_string_value(json_object_get(event, "event")), "case");
    json_decref(event);
    return RC_OK;
}

static bool go_on(const struct blob_found *found, void *context)
{
    (void)found, (void)context;
    return true;
}

static void look_inside(unsigned blobs)
{
    static uint8_t data[BLOB_SIZE];
    char store[420];
    struct fault why = { 0 };
    struct repo *repo = NULL;
    struct counting counted = { 0 };
    unsigned found = 0, there = 0;
    snprintf(store, sizeof store, "%s/repo", repod.folder);
    if (repo_open(store, &repo, &why) ||
        ledger_feed(repo->ledger, 1, 0, count_case, &counted, &why))
        repod_fail("open what is left", &why);
    for (unsigned n = 1; n <= CASES; n++) {
        char id[CASE_NO_ID_MAX];
        json_t *one = NULL;
        snprintf(id, sizeof id, "44039920260301%06u", n);
        found += !view_find(repo, VIEW_CASES, id, &one);
        json_decref(one);
    }
    for (unsigned n = 1; n <= blobs; n++) {
        blob_make(n, data);
        there += !blob_stat(repo->blobs, hash_sha256((struct bytes){ data, sizeof data }),
                            NULL, NULL);
    }
    says(found == CASES && counted.cases == CASES,
         "%u cases are there, each by one event (%u)", found, counted.cases);
    says(there == blobs, "all %u files that were acknowledged are there (%u)", blobs,
         there);
    says(!blob_scan(repo->blobs, true, go_on, NULL, &why), "and every one is whole %s",
         why.text);
    repo_close(repo);
}

int main(void)
{
    struct fault why = { 0 };
    unsigned done = 0, kept = 0;
    repod_make("repod_kill");
    if (!says(repod_start(), "the daemon comes up"))
        return 1;
    as("clerk1");
    as("station1");
    /* The worker is a child, so that the daemon stays a child of the one that kills it.
     */
    int report[2];
    if (pipe(report))
        return 1;
    pid_t worker = fork();
    if (!worker) {
        for (unsigned n = 1; n <= CASES; n++) {
            json_t *body = case_body(n);
            enum rc rc = insist("POST", "/v1/cases", body, &why);
            int status = blob_insist(n, &why);
            if (rc)
                fprintf(stderr, "case %u: %s %s\n", n, rc_name(rc), why.text);
            done += !rc;
            kept += status == 200 || status == 201;
            json_decref(body);
            usleep(15000);
        }
        unsigned numbers[3] = { done, kept, repeats };
        _exit(write(report[1], numbers, sizeof numbers) != sizeof numbers);
    }
    killer();
    waitpid(worker, NULL, 0);
    unsigned numbers[3] = { 0 };
    if (read(report[0], numbers, sizeof numbers) != sizeof numbers)
        return 1;
    says(numbers[0] == CASES && numbers[1] == CASES,
         "all was acknowledged in the end: %u cases, %u files, %u repeats", numbers[0],
         numbers[1], numbers[2]);
    says(numbers[2] > 0, "and the kills were felt");
    repod_kill(SIGTERM);
    look_inside(numbers[1]);
    return repod_end();
}
