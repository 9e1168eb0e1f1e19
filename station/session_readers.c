/* Barcode readers that hang on this station. What they read goes to the operator's page
 * as if it had been typed there, since the page knows what is being done and who does it;
 * without a page nothing happens. Each read has a number: several pages may be open, and
 * the first that acts on it is the only one (session_api_label). */
#include "station/session.h"

#include "sys/log.h"

#include <string.h>

static void on_said(const struct barcode_said *said, void *context)
{
    struct session *s = context;
    bool wrong = said->verdict == BARCODE_WRONG;
    char kind[2] = { said->verdict == BARCODE_LABEL ? (char)said->label.type : 0, 0 };
    session_stream_read(s, json_pack("{s:i,s:s,s:s,s:s}", "read", (int)++s->readers.said,
                                     "reader", said->reader, "text", said->text, "kind",
                                     wrong ? "bad" : kind));
}

static void on_changed(const struct barcode *reader, void *context)
{
    const char *sentence = barcode_sentence(reader);
    if (*sentence)
        log_warn("reader %s: %s", barcode_place(reader)->name, sentence);
    else
        log_info("reader %s is there", barcode_place(reader)->name);
    session_stream_state(context);
}

enum rc session_readers_open(struct session *s, struct fault *why)
{
    struct readers *r = &s->readers;
    struct barcode_place places[BARCODE_READERS_MAX];
    size_t count = 0;
    r->handlers = (struct barcode_handlers){ on_said, on_changed, s };
    enum rc rc = barcode_places_read(s->set.readers, places, &count, why);
    for (size_t i = 0; i < count && !rc; i++) {
        rc = barcode_new(s->loop, &places[i], &r->gate, &r->handlers, &r->at[i], why);
        if (!rc)
            on_changed(r->at[r->count++], s);
    }
    return rc;
}

void session_readers_close(struct session *s)
{
    while (s->readers.count)
        barcode_free(s->readers.at[--s->readers.count]);
}

bool session_readers_take(struct session *s, uint64_t read)
{
    if (read <= s->readers.taken || read > s->readers.said)
        return false;
    s->readers.taken = read;
    return true;
}

json_t *session_readers_json(const struct session *s)
{
    json_t *list = json_array();
    for (size_t i = 0; i < s->readers.count; i++) {
        const struct barcode *reader = s->readers.at[i];
        struct barcode_counters c = barcode_counters(reader);
        json_array_append_new(
            list,
            json_pack("{s:s,s:s,s:b,s:s,s:I,s:I,s:I,s:I,s:I}", "name",
                      barcode_place(reader)->name, "kind",
                      barcode_kind_name(barcode_place(reader)->kind), "there",
                      (int)barcode_there(reader), "sentence", barcode_sentence(reader),
                      "labels", (json_int_t)c.labels, "foreign", (json_int_t)c.foreign,
                      "wrong", (json_int_t)c.wrong, "lost", (json_int_t)c.lost, "gone",
                      (json_int_t)c.gone));
    }
    return list;
}
