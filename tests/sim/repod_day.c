/* One volume's whole life over HTTP against the real daemon, with roles killed on the
 * way: what was acknowledged is there, and the same id gets the same answer. */
#include "repod_process.h"

#include "pdfa/pdfa.h"
#include "record/jpeg.h"
#include "repo-daemon/bagit.h"
#include "repo-daemon/ocfl.h"
#include "repo-daemon/retention.h"

#define VOLUME "V44039920260301010027100159"
#define CASE "44039920260301010027"

static json_t *images, *items; /* of the manifest that is being made */
static unsigned next_sheet;

static long version(void)
{
    json_t *v = NULL;
    struct fault why;
    if (call_as("keeper1", "GET", NULL, &v, &why, "/v1/volumes/" VOLUME))
        repod_fail("look at the volume", &why);
    long n = (long)json_integer_value(json_object_get(v, "version"));
    json_decref(v);
    return n;
}

static bool state_is(const char *state, const char *holder)
{
    json_t *v = NULL;
    struct fault why;
    if (call_as("keeper1", "GET", NULL, &v, &why, "/v1/volumes/" VOLUME))
        return false;
    const char *is = json_string_value(json_object_get(v, "state"));
    const char *by =
        json_string_value(json_object_get(json_object_get(v, "holder"), "badge"));
    bool right = !strcmp(is, state) && (!holder || !strcmp(by, badge_of(holder)));
    if (!right)
        printf("# is %s by %s\n", is, by ? by : "nobody");
    json_decref(v);
    return right;
}

static enum rc act(const char *login, const char *event, const char *to,
                   struct fault *why)
{
    json_t *body = json_pack("{s:s, s:[{s:s, s:i}], s:s}", "event", event, "volumes",
                             "volume", VOLUME, "version", (int)version(), "reason", "试");
    if (to)
        json_object_set_new(body, "to", json_string(badge_of(to)));
    return call_as(login, "POST", body, NULL, why, "/v1/custody");
}

static void acts(const char *login, const char *event, const char *to, const char *state,
                 const char *holder)
{
    struct fault why = { 0 };
    enum rc rc = act(login, event, to, &why);
    says(!rc && state_is(state, holder), "%s %s%s%s makes it %s %s", login, event,
         to ? " to " : "", to ? to : "", state, rc ? why.text : "");
}

static void refused(const char *login, const char *event, const char *to, enum rc want,
                    const char *part)
{
    struct fault why = { 0 };
    enum rc rc = act(login, event, to, &why);
    says(rc == want && strstr(why.text, part), "%s may not %s: %s", login, event,
         why.text);
}

static void put_blob(struct bytes data, char ret_hex[SHA256_HEX])
{
    char path[120];
    struct http_answer answer = { 0 };
    struct fault why;
    hash_hex(hash_sha256(data), ret_hex);
    snprintf(path, sizeof path, "/v1/blobs/%s", ret_hex);
    if (http_client_call(as("station1"), "PUT", path, "application/octet-stream", data,
                         REPOD_CALL_MS, &answer, &why))
        repod_fail("put a blob", &why);
    if (answer.status != 200 && answer.status != 201) {
        says(false, "put a blob: %d %s", answer.status, answer.body);
        exit(1);
    }
    http_answer_free(&answer);
}

/* A picture with a number in it, as JPEG and as a page of ours. */
static void picture(unsigned number, bool page, json_t *image)
{
    enum { SIDE = 64 };
    struct jpeg_raster raster = { .at = malloc(SIDE * SIDE),
                                  .width_px = SIDE,
                                  .height_px = SIDE,
                                  .stride = SIDE,
                                  .channels = 1 };
    memset(raster.at, page ? (int)(number * 7 % 200) : 255, SIDE * SIDE);
    raster.at[number] = 0;
    struct jpeg_encode_how how = { .dpi = 300, .quality = 85 };
    uint8_t *jpeg = NULL, *pdf = NULL;
    size_t jpeg_len, pdf_len;
    struct fault why;
    char hex[SHA256_HEX], text[40];
    if (jpeg_encode(&raster, &how, &jpeg, &jpeg_len, &why))
        repod_fail("encode a picture", &why);
    put_blob((struct bytes){ jpeg, jpeg_len }, hex);
    json_object_set_new(image, "capture_sha256", json_string(hex));
    json_object_set_new(image, "capture_bytes", json_integer((json_int_t)jpeg_len));
    if (page) {
        struct pdfa_page p = {
            .about = { .title = "页", .created_ms = 1700000000000 },
            .capture = { .coding = PDFA_JPEG, .data = { jpeg, jpeg_len }, .dpi = 300 }
        };
        if (pdfa_page_write(&p, &pdf, &pdf_len, &why))
            repod_fail("write a page", &why);
        put_blob((struct bytes){ pdf, pdf_len }, hex);
        json_object_set_new(image, "pdf_sha256", json_string(hex));
        snprintf(text, sizeof text, "第%u页", number);
        put_blob((struct bytes){ (uint8_t *)text, strlen(text) }, hex);
        json_object_set_new(image, "text_sha256", json_string(hex));
    }
    free(raster.at);
    free(jpeg);
    free(pdf);
}

static void side(const char *side, const char *kind, unsigned row)
{
    unsigned index = (unsigned)json_array_size(images) + 1;
    json_t *image = json_pack(
        "{s:i, s:i, s:s, s:s, s:i, s:s, s:i, s:i, s:s, s:[], s:[], s:s}", "index",
        (int)index, "sheet", (int)next_sheet, "side", side, "capture_type", "image/jpeg",
        "dpi", 300, "mode", "Color", "width_px", 64, "height_px", 64, "kind", kind,
        "labels", "qc", "provenance", "scanned");
    picture(next_sheet * 2 + (side[0] == 'b'), row != 0, image);
    json_array_append_new(images, image);
    if (row)
        json_array_append_new(items, json_pack("{s:i, s:s, s:s, s:[i]}", "row", (int)row,
                                               "title", "", "document", "", "images",
                                               (int)index));
}

static json_t *manifest(const char *kind, const unsigned *rows, size_t count)
{
    images = json_array();
    items = json_array();
    next_sheet = 1;
    side("front", "cover", 0);
    side("back", "blank", 0);
    for (size_t i = 0; i < count; i++) {
        next_sheet++;
        side("front", "page", rows[i]);
        side("back", "blank", 0);
    }
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:{s:s}, s:i, s:i, s:o, s:o}",
                     "volume", VOLUME, "kind", kind, "station", "ST01", "operator",
                     badge_of("scan1"), "started_at", "2026-11-23T10:00:00Z", "ended_at",
                     "2026-11-23T10:01:00Z", "scanner", "model", "feeder",
                     "sheets_declared", (int)next_sheet, "sheets_counted",
                     (int)next_sheet, "images", images, "items", items);
}

static void submit(const char *kind, const unsigned *rows, size_t count,
                   const char *state)
{
    struct fault why = { 0 };
    json_t *first = NULL, *again = NULL;
    json_t *m = manifest(kind, rows, count);
    char id[33];
    random_id(id);
    json_object_set_new(m, "id", json_string(id));
    enum rc rc = call_as("station1", "POST", json_incref(m), &first, &why,
                         "/v1/volumes/" VOLUME "/scans");
    says(!rc && state_is(state, NULL), "a %s feeding of %zu sheets makes it %s %s", kind,
         count + 1, state, rc ? why.text : "");
    repod_kill(SIGKILL); /* the parent; the roles die with it */
    says(repod_start(), "all roles killed; the daemon is up again");
    rc = call_as("station1", "POST", json_incref(m), &again, &why,
                 "/v1/volumes/" VOLUME "/scans");
    says(!rc && json_equal(first, again),
         "the same feeding with the same id is the same answer");
    json_object_set_new(m, "station", json_string("ST02"));
    rc = call_as("station1", "POST", m, NULL, &why, "/v1/volumes/" VOLUME "/scans");
    says(rc == RC_CONFLICT, "the same id with another body is refused: %s", why.text);
    json_decref(first);
    json_decref(again);
}

static void wrong_manifests(void)
{
    static const unsigned rows[] = { 6 };
    struct fault why = { 0 };
    json_t *m = manifest("first", rows, 1);
    json_object_set_new(m, "sheets_declared", json_integer(3));
    enum rc rc =
        call_as("station1", "POST", m, NULL, &why, "/v1/volumes/" VOLUME "/scans");
    says(rc == RC_REFUSED && strstr(why.text, "申报 3 张，进纸 2 张"),
         "counts differ: %s", why.text);
    m = manifest("first", rows, 1);
    json_object_set_new(
        json_array_get(json_object_get(m, "images"), 0), "capture_sha256",
        json_string("0123456789012345678901234567890123456789012345678901234567890123"));
    rc = call_as("station1", "POST", m, NULL, &why, "/v1/volumes/" VOLUME "/scans");
    says(rc == RC_REFUSED && strstr(why.text, "还缺一份内容"), "a blob is missing: %s",
         why.text);
}

static void register_it(void)
{
    struct fault why = { 0 };
    json_t *answer = NULL;
    enum rc rc = call_as("clerk1", "POST",
                         json_pack("{s:s, s:s, s:s, s:s, s:s}", "case_no",
                                   "（2026）粤0399民初第10027号", "cause", "民间借贷纠纷",
                                   "plaintiff", "张三", "defendant", "李四", "case_type",
                                   "民事一审"),
                         &answer, &why, "/v1/cases");
    says(!rc && !strcmp(json_string_value(json_object_get(answer, "case")), CASE),
         "a case is registered by its number in any way of writing %s",
         rc ? why.text : "");
    json_decref(answer);
    rc = call_as("clerk1", "POST",
                 json_pack("{s:i, s:i, s:i}", "kind", 1, "part", 1, "sheets", 4), &answer,
                 &why, "/v1/cases/" CASE "/volumes");
    says(!rc && !strcmp(json_string_value(json_object_get(answer, "volume")), VOLUME),
         "its volume gets the right label %s", rc ? why.text : "");
    json_decref(answer);
}

static void check(bool passes, size_t failures)
{
    struct fault why = { 0 };
    json_t *answer = NULL;
    enum rc rc = call_as("binder1", "POST", json_object(), &answer, &why,
                         "/v1/volumes/" VOLUME "/binding/check");
    size_t found = json_array_size(json_object_get(answer, "failures"));
    bool passed = json_integer_value(json_object_get(answer, "passed")) == 1;
    bool certified = json_is_string(json_object_get(answer, "certificate"));
    if (!says(!rc && passed == passes && found == failures && certified == passes,
              "the check %s with %zu missing%s %s", passes ? "passes" : "fails", failures,
              passes ? ", and there is a certificate" : "", rc ? why.text : "")) {
        char *text = json_dumps(answer, JSON_INDENT(1));
        printf("# %s\n", text ? text : "");
        free(text);
    }
    json_decref(answer);
}

/* How many kept files are locked to the last day of the term, and how many for ever. */
static void locks(unsigned *ret_term, unsigned *ret_ever)
{
    char command[600], line[64];
    snprintf(command, sizeof command,
             "find %s/repo/blobs -name '*.keep' -exec cat {} + | sort | uniq -c",
             repod.folder);
    FILE *f = popen(command, "r");
    *ret_term = *ret_ever = 0;
    while (f && fgets(line, sizeof line, f)) {
        unsigned count = 0;
        long long until = 0;
        if (sscanf(line, "%u %lld", &count, &until) != 2)
            continue;
        if (until == 2745504000000) /* 2057-01-01 in Beijing */
            *ret_term = count;
        else if (until == RETENTION_FOREVER_MS)
            *ret_ever = count;
    }
    if (f)
        (void)pclose(f);
}

static void archive(void)
{
    struct fault why = { 0 };
    json_t *answer = NULL;
    enum rc rc = call_as("archivist1", "POST", json_object(), &answer, &why,
                         "/v1/volumes/" VOLUME "/archive");
    const char *path = json_string_value(json_object_get(answer, "path"));
    says(!rc && state_is("archived", "archivist1"), "it is archived %s",
         rc ? why.text : "");
    const json_t *term = json_object_get(answer, "retention");
    const char *until = json_string_value(json_object_get(term, "until"));
    says(until && !strcmp(until, "2056-12-31"), "and kept until %s", until ? until : "?");
    unsigned ending, ever;
    locks(&ending, &ever);
    says(ending >= 24 && ever == 4, "%u files are locked until then, %u for ever", ending,
         ever); /* two manifests, the report, the certificate */
    struct bagit_facts facts;
    says(path && !bagit_verify(path, &facts, &why), "its bag is valid: %s",
         path ? path : why.text);
    char root[1300];
    unsigned objects = 0;
    const char *end = path ? strrchr(path, '/') : NULL;
    snprintf(root, sizeof root, "%.*s/ocfl", end ? (int)(end - path) : 0, path);
    bool kept = !ocfl_verify_root(root, &objects, &why) && objects == 1;
    says(kept, "and the first version of its object: %s", kept ? root : why.text);
    json_decref(answer);
}

/* Somebody looks at every picture that he has to, and passes the feeding; first he tries
 * without. */
static void pass(const char *who, const char *state, const char *holder)
{
    struct fault why = { 0 };
    json_t *found = NULL, *picture, *looked = json_array();
    size_t i;
    enum rc rc = call_as(who, "GET", NULL, &found, &why, "/v1/volumes/" VOLUME "/qc");
    json_array_foreach(json_object_get(found, "pictures"), i, picture)
    {
        if (json_array_size(json_object_get(picture, "why")))
            json_array_append(looked, picture);
    }
    says(!rc && json_array_size(looked) >= 2, "%zu pictures are drawn to be looked at %s",
         json_array_size(looked), rc ? why.text : "");
    rc = call_as(who, "POST", json_pack("{s:s}", "result", "pass"), NULL, &why,
                 "/v1/volumes/" VOLUME "/qc");
    says(rc == RC_REFUSED && strstr(why.text, "没有看"), "not unseen: %s", why.text);
    rc = call_as(who, "POST", json_pack("{s:s, s:o}", "result", "pass", "looked", looked),
                 NULL, &why, "/v1/volumes/" VOLUME "/qc");
    says(!rc && state_is(state, holder), "looked at, they pass %s", rc ? why.text : "");
    json_decref(found);
}

static void kill_role(const char *role)
{
    pid_t pid = repod_role(role);
    says(pid > 0 && !kill(pid, SIGKILL), "role %s is killed", role);
    usleep(50000);
    says(repod_wait() && repod_role(role) != pid, "and started again");
}

int main(void)
{
    static const unsigned first[] = { 6, 10, 20, 25, 27, 12 },
                          rest[] = { 3, 4, 9, 11, 26 };
    struct fault why = { 0 };
    repod_make("repod_day");
    says(repod_start(), "the daemon comes up");
    register_it();
    acts("keeper1", "receive", NULL, "received", "keeper1");
    refused("scan1", "receive", NULL, RC_REFUSED, "不能接收");
    acts("keeper1", "offer", "scan1", "in-transit", "keeper1");
    refused("qc1", "accept", NULL, RC_DENIED, "您没有这个角色");
    acts("scan1", "decline", NULL, "received", "keeper1");
    acts("keeper1", "offer", "scan1", "in-transit", "keeper1");
    acts("scan1", "accept", NULL, "at-scanning", "scan1");
    wrong_manifests();
    submit("first", first, 6, "scanned");
    refused("qc1", "qc-pass", NULL, RC_REFUSED, "在质检里办理");
    pass("qc1", "scanned", "scan1");
    acts("scan1", "offer", "keeper1", "in-transit", "scan1");
    acts("keeper1", "accept", NULL, "scanned", "keeper1");
    kill_role("store");
    refused("keeper1", "offer", "binder1", RC_REFUSED, "归档提示");
    enum rc rc = call_as("super1", "POST",
                         json_pack("{s:s, s:[s], s:s}", "outcome", "判决", "facts",
                                   "保全", "closed_on", "2026-11-20"),
                         NULL, &why, "/v1/cases/" CASE "/archive-notice");
    says(!rc, "归档提示 comes %s", rc ? why.text : "");
    acts("keeper1", "offer", "binder1", "in-transit", "keeper1");
    kill_role("http");
    acts("binder1", "accept", NULL, "at-binding", "binder1");
    check(false, 5);
    refused("checker1", "verify", NULL, RC_REFUSED, "先通过装订检查");
    acts("binder1", "supplement", NULL, "returned-for-supplement", "binder1");
    submit("supplement", rest, 5, "at-binding");
    pass("qc1", "at-binding", "binder1");
    check(true, 0);
    acts("checker1", "verify", NULL, "verified", "binder1");
    acts("binder1", "bind", NULL, "bound", "binder1");
    acts("binder1", "offer", "archivist1", "in-transit", "binder1");
    acts("archivist1", "accept", NULL, "bound", "archivist1");
    archive();
    repod_kill(SIGTERM);
    return repod_end();
}
