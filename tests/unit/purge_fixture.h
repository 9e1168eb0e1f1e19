/* Volumes that lie in the archive, with pictures of a pool, their packages and objects,
 * and terms as the test wants them: told by an archive event as an older year would have
 * written it. */
#ifndef TESTS_UNIT_PURGE_FIXTURE_H
#define TESTS_UNIT_PURGE_FIXTURE_H

#include "repo_fixture.h"

#include "repo-daemon/apply.h"
#include "repo-daemon/bagit.h"
#include "repo-daemon/manifest.h"
#include "repo-daemon/ocfl.h"
#include "repo-daemon/retention.h"
#include "repo-daemon/retention_purge.h"
#include "repo-daemon/retention_work.h"
#include "sys/file.h"

enum { PURGE_PICTURES_MOST = 8 };

static const char *picture_hex(const char *text)
{
    static char hex[SHA256_HEX];
    hash_hex(hash_sha256((struct bytes){ (const uint8_t *)text, strlen(text) }), hex);
    return hex;
}

static inline bool picture_there(const char *text)
{
    struct sha256 hash =
        hash_sha256((struct bytes){ (const uint8_t *)text, strlen(text) });
    return !blob_stat(at.repo->blobs, hash, NULL, NULL);
}

static json_t *purge_image(int index, const char *text)
{
    struct sha256 hash;
    CHECK_OK(blob_put(at.repo->blobs,
                      (struct bytes){ (const uint8_t *)text, strlen(text) }, &hash,
                      NULL));
    const char *hex = picture_hex(text);
    return json_pack("{s:i, s:i, s:s, s:s, s:i, s:s, s:i, s:s, s:i, s:i, s:s, s:s, s:s}",
                     "index", index, "sheet", index, "side", "front", "capture_sha256",
                     hex, "capture_bytes", 1, "capture_type", "image/jpeg", "dpi", 300,
                     "mode", "Color", "width_px", 1, "height_px", 1, "kind", "page",
                     "pdf_sha256", hex, "text_sha256", hex);
}

/* Feed these pictures into the volume, which the operator holds; the status. */
static inline int purge_feed(const char *volume, const char *kind,
                             const char *const *pictures, size_t count,
                             json_t **ret_answer)
{
    json_t *images = json_array(), *numbers = json_array();
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(images, purge_image((int)i + 1, pictures[i]));
        json_array_append_new(numbers, json_integer((json_int_t)i + 1));
    }
    json_t *body = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:{}, s:i, s:i, s:o, s:[{s:i, s:s, s:o}]}",
        "volume", volume, "kind", kind, "station", "ST01", "operator",
        badge_of(ROLE_OPERATOR), "started_at", "2026-11-20T09:00:00Z", "ended_at",
        "2026-11-20T09:00:00Z", "scanner", "sheets_declared", (int)count,
        "sheets_counted", (int)count, "images", images, "items", "row", 6, "title",
        "起诉状", "images", numbers);
    return call_by(ROLE_STATION, "POST", "/v1/volumes/{volume}/scans",
                   json_pack("{s:s}", "volume", volume), body, ret_answer);
}

/* Into the operator's hands, and fed. */
static void purge_scan(const char *volume, const char *const *pictures, size_t count)
{
    CHECK_INT(201, act_on(ROLE_KEEPER, "receive", volume, NULL, NULL));
    CHECK_INT(201, act_on(ROLE_KEEPER, "offer", volume,
                          json_pack("{s:s}", "to", badge_of(ROLE_OPERATOR)), NULL));
    CHECK_INT(201, act_on(ROLE_OPERATOR, "accept", volume, NULL, NULL));
    CHECK_INT(201, purge_feed(volume, "first", pictures, count, NULL));
}

static enum rc purge_open_text(void *context, size_t index, int *ret_fd,
                               struct fault *why)
{
    (void)index;
    const char *text = context;
    return file_in_memory("bag", (struct bytes){ (const uint8_t *)text, strlen(text) },
                          ret_fd, why);
}

static void purge_package(const char *volume, char ret_path[200])
{
    static const char *const files[] = { "data/volume.pdf" };
    char text[64], root[100], id[60];
    struct bagit_facts facts;
    struct ocfl_facts kept;
    snprintf(text, sizeof text, "the pages of %s", volume);
    struct bagit bag = { .folder = at.folder,
                         .name = volume,
                         .files = files,
                         .file_count = 1,
                         .open_file = purge_open_text,
                         .context = text,
                         .at_ms = 1795000000000 };
    CHECK_OK(bagit_write(&bag, &facts, NULL));
    snprintf(ret_path, 200, "%s/%s", at.folder, volume);
    snprintf(root, sizeof root, "%s/ocfl", at.folder);
    snprintf(id, sizeof id, "urn:x-juanku:%s", volume);
    struct ocfl_source source = { id, ret_path, "归档", "档案员", 1795000000000 };
    CHECK_OK(ocfl_store(root, &source, &kept, NULL));
}

/* Archived, in the archivist's hands. `class` NULL: without a record, as before there was
 * a table. */
static void purge_archive(const char *volume, const char *class, const char *until)
{
    char path[200], id[33];
    json_t *v = stored(VIEW_VOLUMES, volume), *answer = NULL;
    purge_package(volume, path);
    json_t *data =
        json_pack("{s:s, s:s, s:i, s:s}", "path", path, "sha256", picture_hex(path),
                  "files", 1, "holder", badge_of(ROLE_ARCHIVIST));
    if (class)
        json_object_set_new(data, "retention",
                            json_pack("{s:s, s:s, s:s, s:i, s:s, s:s, s:s}", "class",
                                      class, "until", until, "from", "1991-01-01",
                                      "years", 30, "rule", "D01", "version", "1990.1",
                                      "closed_on", "1990-05-05"));
    struct ledger_move move = { volume, (uint64_t)json_number(v, "version"),
                                json_text(v, "state"), "archived" };
    random_id(id);
    struct command command = { .id = id,
                               .event = "archive",
                               .by = badge_of(ROLE_ARCHIVIST),
                               .at_ms = clock_now_ms(),
                               .data = data,
                               .moves = &move,
                               .move_count = 1 };
    CHECK_OK(command_run(at.repo, &command, &answer, NULL));
    json_decref(answer);
    json_decref(data);
    json_decref(v);
}

/* A new volume of these pictures whose term is over. The label is the caller's. */
static inline void purge_volume(int kind, int part, const char *const *pictures,
                                size_t count, char ret_label[LABEL_TEXT_MAX])
{
    snprintf(ret_label, LABEL_TEXT_MAX, "%s", fixture_part(kind, part));
    purge_scan(ret_label, pictures, count);
    purge_archive(ret_label, "short", "2020-12-31");
}

static json_t *purge_body(const char *const *volumes, size_t count)
{
    return json_pack("{s:o, s:s}", "volumes", versions(volumes, count), "reason",
                     "期限已满，经鉴定无继续保存价值");
}

/* Proposed by the archivist: the stored proposal. */
static inline json_t *purge_propose(const char *const *volumes, size_t count)
{
    json_t *answer = NULL;
    int status = call_by(ROLE_ARCHIVIST, "POST", "/v1/purges", NULL,
                         purge_body(volumes, count), &answer);
    if (status != 201)
        fail_msg("%d %s", status, json_string_value(answer));
    return answer;
}

static inline int purge_decide_by(unsigned role, const json_t *purge, const char *result,
                                  json_t **ret_answer)
{
    return call_by(role, "POST", "/v1/purges/{purge}/decision",
                   json_pack("{s:s}", "purge", json_text(purge, "purge")),
                   json_pack("{s:s, s:I, s:s}", "result", result, "version",
                             (json_int_t)json_number(purge, "version"), "reason", "同意"),
                   ret_answer);
}

/* Everything that is approved goes. */
static inline void purge_run(void)
{
    struct retention_work *work = NULL;
    enum rc rc = RC_OK;
    CHECK_OK(retention_work_new(at.repo, at.settings.archive, &work, NULL));
    for (int steps = 0; !rc; steps++) {
        rc = retention_work_step(work, clock_now_ms(), NULL);
        CHECK(steps < 10000);
    }
    CHECK_RC(RC_NOT_FOUND, rc);
    retention_work_free(work);
}

/* The views are those that the ledger gives. */
static inline void purge_rebuilt_same(void)
{
    uint64_t events = 0;
    json_t *before = fixture_dump();
    CHECK_OK(apply_all(at.repo, &events, NULL));
    json_t *after = fixture_dump();
    CHECK(json_equal(before, after));
    json_decref(before);
    json_decref(after);
}

#endif
