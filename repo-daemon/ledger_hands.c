/* A map from volume to hand, filled as volumes come up. */
#include "repo-daemon/ledger_hands.h"

#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ledger_hands {
    const struct ledger_source *source; /* borrowed */
    json_t *held;                       /* volume → {"holder","reason"} */
    struct ledger_scan scan;            /* of chains that are read back */
};

enum rc ledger_hands_new(const struct ledger_source *source,
                         struct ledger_hands **ret_hands, struct fault *why)
{
    struct ledger_hands *hands = calloc(1, sizeof *hands);
    json_t *held = json_object();
    if (!hands || !held) {
        free(hands);
        json_decref(held);
        return fault_set(why, RC_NO_MEMORY, 0, "no memory for who holds what");
    }
    hands->source = source;
    hands->held = held;
    *ret_hands = hands;
    return RC_OK;
}

void ledger_hands_free(struct ledger_hands *hands)
{
    if (hands)
        json_decref(hands->held);
    free(hands);
}

static json_t *data_of(const struct ledger_scan *scan)
{
    return json_loadb((const char *)scan->data.at, scan->data.len, 0, NULL);
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

/* An offer brings its reason; whatever ends it takes it away. */
static void hand_pass(json_t *hand, const struct ledger_scan *scan, const json_t *data)
{
    if (json_object_get(data, "holder"))
        json_object_set_new(hand, "holder", json_string(text_of(data, "holder")));
    if (ledger_scan_is(scan->event, "offer"))
        json_object_set_new(hand, "reason", json_string(text_of(data, "reason")));
    else if (json_object_get(data, "to"))
        json_object_del(hand, "reason");
}

struct reading {
    struct ledger_hands *hands;
    uint64_t until;
    json_t *hand;
};

static enum rc read_back(uint64_t seq, struct bytes text, void *context,
                         struct fault *why)
{
    struct reading *r = context;
    if (seq >= r->until)
        return RC_OK;
    enum rc rc = ledger_scan(text, &r->hands->scan, why);
    if (rc)
        return rc;
    SCOPED(json_free_at) json_t *data = data_of(&r->hands->scan);
    hand_pass(r->hand, &r->hands->scan, data);
    return RC_OK;
}

/* The hand of a volume; a new one is read back from its chain where there is one. */
static enum rc hand_of(struct ledger_hands *hands, struct bytes volume, uint64_t seq,
                       json_t **ret_hand, struct fault *why)
{
    char label[LEDGER_VOLUME_MAX];
    snprintf(label, sizeof label, "%.*s", (int)volume.len, (const char *)volume.at);
    *ret_hand = json_object_get(hands->held, label);
    if (*ret_hand)
        return RC_OK;
    struct reading r = { hands, seq, json_object() };
    if (!r.hand || json_object_set_new(hands->held, label, r.hand))
        return fault_set(why, RC_NO_MEMORY, 0, "no memory for who holds what");
    *ret_hand = r.hand;
    return hands->source->feed_volume
               ? hands->source->feed_volume(hands->source->context, label, read_back, &r,
                                            why)
               : RC_OK;
}

enum rc ledger_hands_before(struct ledger_hands *hands, const struct ledger_scan *scan,
                            size_t index, struct ledger_hand *ret_hand, struct fault *why)
{
    json_t *hand = NULL;
    enum rc rc = hand_of(hands, scan->moves[index].volume, scan->seq, &hand, why);
    if (rc)
        return rc;
    snprintf(ret_hand->holder, sizeof ret_hand->holder, "%s", text_of(hand, "holder"));
    snprintf(ret_hand->reason, sizeof ret_hand->reason, "%s", text_of(hand, "reason"));
    return RC_OK;
}

bool ledger_hands_change(const struct ledger_scan *scan,
                         char ret_holder[LEDGER_PERSON_MAX])
{
    SCOPED(json_free_at) json_t *data = data_of(scan);
    if (!json_object_get(data, "holder"))
        return false;
    snprintf(ret_holder, LEDGER_PERSON_MAX, "%s", text_of(data, "holder"));
    return true;
}

void ledger_hands_reason(const struct ledger_scan *scan,
                         char ret_reason[LEDGER_REASON_MAX])
{
    SCOPED(json_free_at) json_t *data = data_of(scan);
    snprintf(ret_reason, LEDGER_REASON_MAX, "%s", text_of(data, "reason"));
}

enum rc ledger_hands_pass(struct ledger_hands *hands, const struct ledger_scan *scan,
                          struct fault *why)
{
    SCOPED(json_free_at) json_t *data = data_of(scan);
    enum rc rc = RC_OK;
    for (size_t i = 0; !rc && i < scan->move_count; i++) {
        json_t *hand = NULL;
        rc = hand_of(hands, scan->moves[i].volume, scan->seq, &hand, why);
        if (!rc)
            hand_pass(hand, scan, data);
    }
    return rc;
}
