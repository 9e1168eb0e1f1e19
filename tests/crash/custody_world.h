/* A case with volumes and slots, what the law says of them told a second time from the
 * events alone, and what was acknowledged over shared memory: for the programs here that
 * cut custody short. A program includes it once. */
#ifndef TESTS_CRASH_CUSTODY_WORLD_H
#define TESTS_CRASH_CUSTODY_WORLD_H

#include "cut_calls.h"
#include "unit/repo_fixture.h"

#include "repo-daemon/apply.h"
#include "repo-daemon/ledger_chain.h"
#include "repo-daemon/ledger_scan.h"

enum { VOLUMES = 5, SLOTS = 3, ACKS_MAX = 64 };

static struct shared {
    struct cut cut;
    size_t acked;
    char ids[ACKS_MAX][33];
    int64_t seqs[ACKS_MAX];
} * shared;

static char labels[VOLUMES][LABEL_TEXT_MAX], slots[SLOTS][LABEL_TEXT_MAX];

/* ---- the second telling of the law, from the events alone */

static struct told {
    char holder[32], to[32], slot[32], state[32];
    int64_t version;
} told[VOLUMES];
static struct ledger_chain *chain;
static uint64_t read_up_to;

static int volume_of(struct bytes label)
{
    for (int v = 0; v < VOLUMES; v++)
        if (ledger_scan_is(label, labels[v]))
            return v;
    return -1;
}

static void tell_move(const struct ledger_scan *e, const json_t *data,
                      const struct ledger_scan_move *move)
{
    int v = volume_of(move->volume);
    CHECK(v >= 0);
    struct told *t = &told[v];
    const json_t *holder = json_object_get(data, "holder"),
                 *to = json_object_get(data, "to"), *slot = json_object_get(data, "slot");
    bool accept = ledger_scan_is(e->event, "accept");
    if (holder && strcmp(json_string_value(holder), t->holder) != 0) {
        CHECK(accept || ledger_scan_is(e->event, "receive") ||
              ledger_scan_is(e->event, "find") || ledger_scan_is(e->event, "come-back") ||
              ledger_scan_is(e->event, "return-to-party"));
        if (accept) /* only to whom it was offered, and by himself */
            CHECK(!strcmp(json_string_value(holder), t->to) &&
                  ledger_scan_is(e->by, t->to));
        snprintf(t->holder, sizeof t->holder, "%s", json_string_value(holder));
    }
    CHECK(!accept || *t->to);
    if (to)
        snprintf(t->to, sizeof t->to, "%s", json_string_value(to));
    if (slot && *json_string_value(slot)) {
        CHECK_TEXT("", t->slot);
        for (int o = 0; o < VOLUMES; o++)
            CHECK(strcmp(told[o].slot, json_string_value(slot)) != 0);
    }
    if (slot)
        snprintf(t->slot, sizeof t->slot, "%s", json_string_value(slot));
    snprintf(t->state, sizeof t->state, "%.*s", (int)move->to.len,
             (const char *)move->to.at);
    t->version = (int64_t)move->version;
    bool ours =
        strcmp(t->state, "expected") != 0 && strcmp(t->state, "returned-to-party");
    CHECK(ours == (*t->holder != 0));
    CHECK(strcmp(t->state, "in-transit") || (*t->to && strcmp(t->to, t->holder) != 0));
    CHECK(!strcmp(t->state, "in-transit") || !*t->to);
}

static enum rc tell_event(uint64_t seq, struct bytes text, void *context,
                          struct fault *why)
{
    static struct ledger_scan scan;
    (void)context;
    CHECK_INT(read_up_to + 1, seq);
    CHECK_OK(ledger_chain_add(chain, text, NULL, why));
    CHECK_OK(ledger_scan(text, &scan, why));
    json_t *data = json_loadb((const char *)scan.data.at, scan.data.len, 0, NULL);
    for (size_t i = 0; i < scan.move_count; i++)
        tell_move(&scan, data, &scan.moves[i]);
    json_decref(data);
    read_up_to = seq;
    return RC_OK;
}

static void look_at_views(void)
{
    for (int v = 0; v < VOLUMES; v++) {
        json_t *volume = NULL, *slot = NULL;
        CHECK_OK(view_find(at.repo, VIEW_VOLUMES, labels[v], &volume));
        CHECK_TEXT(told[v].holder, json_text(volume, "holder"));
        CHECK_TEXT(told[v].to, json_text(volume, "to"));
        CHECK_TEXT(told[v].slot, json_text(volume, "slot"));
        CHECK_TEXT(told[v].state, json_text(volume, "state"));
        CHECK_INT(told[v].version, json_number(volume, "version"));
        if (*told[v].slot) {
            CHECK_OK(view_find(at.repo, VIEW_SLOTS, told[v].slot, &slot));
            CHECK_TEXT(labels[v], json_text(slot, "volume"));
        }
        json_decref(volume);
        json_decref(slot);
    }
    for (int s = 0; s < SLOTS; s++) {
        json_t *slot = NULL;
        CHECK_OK(view_find(at.repo, VIEW_SLOTS, slots[s], &slot));
        const char *volume = json_text(slot, "volume");
        struct bytes label = { (const uint8_t *)volume, strlen(volume) };
        if (*volume)
            CHECK_TEXT(slots[s], told[volume_of(label)].slot);
        json_decref(slot);
    }
}

static void look(void)
{
    struct ledger_result result;
    struct fault why = { 0 };
    CHECK_OK(repo_open(at.folder, &at.repo, &why));
    CHECK_OK(ledger_feed(at.repo->ledger, read_up_to + 1, 0, tell_event, NULL, &why));
    look_at_views();
    for (size_t i = 0; i < shared->acked; i++) {
        CHECK_OK(ledger_settle(at.repo->ledger, shared->ids[i], &result, NULL));
        CHECK_INT(shared->seqs[i], result.first_seq);
    }
}

/* ---- what the child does */

static void ack(const char *id, json_t *answer)
{
    size_t n = shared->acked;
    snprintf(shared->ids[n], sizeof shared->ids[n], "%s", id);
    shared->seqs[n] = json_number(answer, "seq");
    shared->acked = n + 1;
}

static void new_volumes(void)
{
    static unsigned made;
    char number[64];
    json_t *answer = NULL;
    snprintf(number, sizeof number, "(2026)粤0399民初%u号", 20000 + made++);
    CHECK_INT(201, call_by(ROLE_CATALOGUER, "POST", "/v1/cases", NULL,
                           json_pack("{s:s, s:s, s:s, s:s, s:s}", "case_no", number,
                                     "cause", "试", "plaintiff", "甲", "defendant", "乙",
                                     "case_type", "民事一审"),
                           &answer));
    char the_case[32];
    snprintf(the_case, sizeof the_case, "%s", json_text(answer, "case"));
    json_decref(answer);
    for (int v = 0; v < VOLUMES; v++) {
        CHECK_INT(201, call_by(ROLE_CATALOGUER, "POST", "/v1/cases/{case}/volumes",
                               json_pack("{s:s}", "case", the_case),
                               json_pack("{s:i, s:i}", "kind", 1 + v % 2, "part", v + 1),
                               &answer));
        snprintf(labels[v], sizeof labels[v], "%s", json_text(answer, "volume"));
        json_decref(answer);
    }
}

/* The slots stay; the volumes of the set before leave them by being reported lost. */
static void new_slots(unsigned rack)
{
    CHECK_INT(201, call_by(ROLE_ADMIN, "POST", "/v1/slots", NULL,
                           json_pack("{s:i, s:i, s:i}", "site", 1, "rack", (int)rack,
                                     "slots", SLOTS),
                           NULL));
    for (int s = 0; s < SLOTS; s++) {
        struct label label = { .type = LABEL_SLOT,
                               .site = 1,
                               .rack = (uint16_t)rack,
                               .slot = (uint16_t)(s + 1) };
        CHECK_OK(label_write(&label, slots[s]));
    }
}

/* The chain and the telling begin again where the new volumes do. */
static enum rc skip_event(uint64_t seq, struct bytes text, void *context,
                          struct fault *why)
{
    (void)context;
    CHECK_OK(ledger_chain_add(chain, text, NULL, why));
    read_up_to = seq;
    return RC_OK;
}

static void new_set(unsigned set)
{
    struct fault why;
    new_volumes();
    new_slots(set + 1);
    memset(told, 0, sizeof told);
    CHECK_OK(ledger_feed(at.repo->ledger, read_up_to + 1, 0, skip_event, NULL, &why));
    for (int v = 0; v < VOLUMES; v++) {
        strcpy(told[v].state, "expected");
        told[v].version = 1;
    }
}

static void world_make(void)
{
    shared = cut_share(sizeof *shared);
    cut = &shared->cut;
    fixture();
    chain = ledger_chain_new(NULL, NULL);
}

#endif
