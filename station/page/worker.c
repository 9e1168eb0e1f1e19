/* A worker: loads the model, gives up its rights, then answers one picture at a time.
 *
 * What it may still do: read the folder of the models, make files in memory, talk over
 * its channel. When the channel closes it ends. */
#include "station/page/worker.h"

#include "station/page/labels.h"
#include "station/page/ocr.h"
#include "sys/file.h"
#include "sys/ipc.h"
#include "sys/log.h"
#include "sys/role.h"
#include "sys/scope.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

enum { WORKER_KEEPS_MIB = 32 }; /* what malloc allows at most */

struct worker {
    sd_event *loop;
    struct ipc *ipc;
};

static void loop_unref_at(sd_event **loop)
{
    sd_event_unref(*loop);
}

static const struct {
    const char *key;
    size_t offset, room;
} master_texts[] = {
#define TEXT(field) \
    { \
#field, offsetof(struct page_master, field), \
            sizeof(((struct page_master *)0)->field) \
    }
    TEXT(document), TEXT(make),          TEXT(model), TEXT(serial),
    TEXT(station),  TEXT(operator_name), TEXT(side),
#undef TEXT
};

static json_t *master_json(const struct page_master *master)
{
    json_t *json = json_pack("{s:I}", "at_ms", (json_int_t)master->at_ms);
    for (size_t i = 0; i < COUNT(master_texts); i++)
        if (json_object_set_new(
                json, master_texts[i].key,
                json_string((const char *)master + master_texts[i].offset)))
            abort(); /* out of memory, or a name that is no UTF-8 */
    return json;
}

static bool master_read(const json_t *json, struct page_master *ret)
{
    ret->wanted = json;
    ret->at_ms = json_integer_value(json_object_get(json, "at_ms"));
    for (size_t i = 0; json && i < COUNT(master_texts); i++) {
        const char *text = json_string_value(json_object_get(json, master_texts[i].key));
        if (!text || strlen(text) >= master_texts[i].room)
            return false;
        strcpy((char *)ret + master_texts[i].offset, text);
    }
    return true;
}

json_t *page_options_json(const struct page_options *options)
{
    json_t *json = json_pack(
        "{s:s, s:I, s:I, s:I, s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:s, s:o*, s:o*}",
        "model", options->model, "dpi", (json_int_t)options->dpi, "frame",
        (json_int_t)options->frame, "created_ms", (json_int_t)options->created_ms,
        "title", options->title, "no_ocr", options->no_ocr, "keep_all", options->keep_all,
        "no_pictures", options->no_pictures, "again", options->again, "turn_deg",
        options->turned ? (int)options->turn_deg : -1, "plain_patches",
        (int)options->plain_patches, "compress", page_compress_name(options->compress),
        "limits", options->limits.version[0] ? page_limits_json(&options->limits) : NULL,
        "master", options->master.wanted ? master_json(&options->master) : NULL);
    if (!json)
        abort(); /* out of memory, or a title that is no UTF-8 */
    return json;
}

enum rc page_options_read(const json_t *json, struct page_options *ret_options)
{
    struct page_options options = { .model = "" };
    const char *model, *title, *compress;
    json_int_t dpi, frame, created;
    int no_ocr, keep_all, no_pictures, again, turn_deg, plain;
    if (json_unpack((json_t *)(uintptr_t)json,
                    "{s:s, s:I, s:I, s:I, s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:s}",
                    "model", &model, "dpi", &dpi, "frame", &frame, "created_ms", &created,
                    "title", &title, "no_ocr", &no_ocr, "keep_all", &keep_all,
                    "no_pictures", &no_pictures, "again", &again, "turn_deg", &turn_deg,
                    "plain_patches", &plain, "compress", &compress) ||
        page_compress_read(compress, &options.compress) || turn_deg < -1 ||
        turn_deg > 270 || (turn_deg > 0 && turn_deg % 90) || dpi < 0 || dpi > 100000 ||
        frame < 0 || frame > 100000 || strlen(model) >= sizeof options.model ||
        strlen(title) >= sizeof options.title)
        return RC_INVALID;
    strcpy(options.model, model);
    strcpy(options.title, title);
    options.dpi = (uint32_t)dpi;
    options.frame = (uint32_t)frame;
    options.created_ms = created;
    options.turned = turn_deg >= 0;
    options.turn_deg = turn_deg > 0 ? (uint32_t)turn_deg : 0;
    options.no_ocr = no_ocr;
    options.keep_all = keep_all;
    options.no_pictures = no_pictures;
    options.again = again;
    options.plain_patches = (uint32_t)plain;
    const json_t *limits = json_object_get(json, "limits");
    if (limits && page_limits_of_json(limits, &options.limits))
        return RC_INVALID;
    if (!master_read(json_object_get(json, "master"), &options.master))
        return RC_INVALID;
    *ret_options = options;
    return RC_OK;
}

struct parcel {
    json_t *names;
    int fds[IPC_FDS_MAX];
    int count;
};

static enum rc pack(struct parcel *parcel, const char *name, const char *data, size_t len,
                    struct fault *why)
{
    if (!data)
        return RC_OK;
    int fd = -1;
    enum rc rc =
        file_in_memory(name, (struct bytes){ (const uint8_t *)data, len }, &fd, why);
    if (rc)
        return rc;
    parcel->fds[parcel->count++] = fd;
    json_array_append_new(parcel->names, json_string(name));
    return RC_OK;
}

static void answer_failure(struct worker *worker, uint64_t id, enum rc rc,
                           const struct fault *why)
{
    json_t *body = json_pack("{s:i, s:s}", "rc", (int)rc, "sentence", why->text);
    (void)ipc_reply(worker->ipc, id, body, NULL, 0);
}

static void answer(struct worker *worker, uint64_t id, const struct page_result *result,
                   const struct page_output *output)
{
    struct fault why = { 0 };
    struct parcel parcel = { .names = json_array() };
    enum rc rc = pack(&parcel, "pdf", output->pdf, output->pdf_len, &why);
    if (!rc)
        rc = pack(&parcel, "text", output->text, output->text_len, &why);
    if (!rc)
        rc = pack(&parcel, "words", output->words, output->words_len, &why);
    if (!rc)
        rc = pack(&parcel, "thumb", output->thumb, output->thumb_len, &why);
    if (!rc)
        rc = pack(&parcel, "preview", output->preview, output->preview_len, &why);
    if (!rc)
        rc = pack(&parcel, "sight", output->sight, output->sight_len, &why);
    if (!rc)
        rc = pack(&parcel, "master", output->master, output->master_len, &why);
    if (rc) {
        json_decref(parcel.names);
        answer_failure(worker, id, rc, &why);
    } else {
        json_t *body = json_pack("{s:o, s:o}", "result", page_result_json(result),
                                 "files", parcel.names);
        (void)ipc_reply(worker->ipc, id, body, parcel.fds, parcel.count);
    }
    for (int i = 0; i < parcel.count; i++)
        close(parcel.fds[i]);
}

static void on_message(struct ipc *ipc, struct ipc_message *message, void *context)
{
    (void)ipc;
    struct worker *worker = context;
    struct fault why = { 0 };
    struct page_options options;
    struct page_result result;
    struct page_output output = { 0 };
    SCOPED(free_at) char *capture = NULL;
    size_t len = 0;
    if (message->fd_count != 1 ||
        page_options_read(json_object_get(message->body, "options"), &options)) {
        fault_set(&why, RC_INVALID, 0, "请求不完整");
        answer_failure(worker, message->id, RC_INVALID, &why);
        return;
    }
    enum rc rc = file_read_fd(message->fds[0], PAGE_CAPTURE_MAX, &capture, &len, &why);
    if (rc == RC_INVALID)
        fault_set(&why, rc, 0, "图片文件太大，无法处理，请降低分辨率重新扫描");
    else if (rc)
        fault_set(&why, rc, why.err, "读不出图片文件，请检查后重试");
    if (!rc)
        rc = page_process((struct bytes){ (uint8_t *)capture, len }, &options, &result,
                          &output, &why);
    if (rc)
        answer_failure(worker, message->id, rc, &why);
    else
        answer(worker, message->id, &result, &output);
    page_output_free(&output);
}

static void on_closed(struct ipc *ipc, void *context)
{
    (void)ipc;
    (void)sd_event_exit(((struct worker *)context)->loop, 0);
}

static void limit(int what, rlim_t most)
{
    struct rlimit limits = { most, most };
    (void)setrlimit((__rlimit_resource_t)what, &limits);
}

/* The address sanitizer reserves terabytes: under it there is no such limit. */
static void limit_memory(void)
{
#if !defined(__SANITIZE_ADDRESS__)
    limit(RLIMIT_AS, (rlim_t)WORKER_MEMORY_MIB << 20);
#endif
}

/* Every picture needs the same few megabytes-large buffers. By default each is mapped
 * anew and its pages are zeroed by the kernel, an eighth of all time without OCR. */
static void keep_memory(void)
{
    (void)mallopt(M_MMAP_THRESHOLD, WORKER_KEEPS_MIB << 20);
    (void)mallopt(M_TRIM_THRESHOLD, WORKER_KEEPS_MIB << 21);
}

static enum rc give_up_rights(struct fault *why)
{
    struct ocr_folders folders;
    const char *read_paths[OCR_FOLDERS_MAX + 1] = { NULL };
    ocr_model_folders(&folders);
    for (size_t i = 0; i < folders.count; i++)
        read_paths[i] = folders.at[i];
    /* Where the recogniser's own chatter goes. */
    static const char *const write_paths[] = { "/dev/null", NULL };
    struct role_rights rights = { .rights = 0,
                                  .read_paths = read_paths,
                                  .write_paths = write_paths };
    limit(RLIMIT_CORE, 0);
    limit_memory();
    return role_drop(&rights, why);
}

int page_worker_main(const char *model)
{
    struct fault why = { 0 };
    struct ocr *ocr = NULL;
    SCOPED(loop_unref_at) sd_event *loop = NULL;
    struct worker worker = { 0 };
    log_open("page", LOG_LEVEL_INFO);
    labels_prepare();
    keep_memory();
    /* A missing model is said with the first picture that needs it. */
    if (model && strcmp(model, PAGE_MODEL_NONE) != 0 && ocr_of_process(model, &ocr, &why))
        log_warn("model %s: %s", model, why.text);
    enum rc rc = give_up_rights(&why);
    if (!rc && sd_event_new(&loop) < 0)
        rc = fault_set(&why, RC_NO_MEMORY, 0, "no event loop");
    worker.loop = loop;
    struct ipc_handlers handlers = { on_message, on_closed, &worker };
    if (!rc)
        rc = ipc_new(loop, ROLE_CHANNEL_FD, &handlers, &worker.ipc, &why);
    if (rc) {
        log_error("cannot start: %s", why.text);
        return 1;
    }
    int status = sd_event_loop(loop);
    /* Without its static destructors the recogniser does not complain about our models.
     */
    _exit(status < 0);
}
