/* See reply.h: names beside descriptors, a result, or a verdict. */
#include "station/page/reply.h"

#include <string.h>
#include <unistd.h>

static int *slot_of(const char *name, struct page_files *files)
{
    if (!name)
        return NULL;
    return !strcmp(name, "pdf")       ? &files->pdf
           : !strcmp(name, "text")    ? &files->text
           : !strcmp(name, "words")   ? &files->words
           : !strcmp(name, "thumb")   ? &files->thumb
           : !strcmp(name, "preview") ? &files->preview
           : !strcmp(name, "sight")   ? &files->sight
           : !strcmp(name, "master")  ? &files->master
                                      : NULL;
}

static bool take_files(struct ipc_message *reply, struct page_files *files)
{
    size_t i;
    json_t *name, *names = json_object_get(reply->body, "files");
    if (!json_is_array(names) || json_array_size(names) != (size_t)reply->fd_count)
        return false;
    json_array_foreach(names, i, name)
    {
        int *slot = slot_of(json_string_value(name), files);
        if (!slot || *slot >= 0)
            return false;
        *slot = reply->fds[i];
        reply->fds[i] = -1;
    }
    return true;
}

/* What a worker may say of a picture instead of a result. */
static bool is_verdict(json_int_t rc)
{
    return rc == RC_INVALID || rc == RC_CORRUPT || rc == RC_UNAVAILABLE ||
           rc == RC_NOT_FOUND || rc == RC_NO_MEMORY || rc == RC_IO;
}

enum rc page_reply_read(struct ipc_message *reply, struct page_result *ret_result,
                        struct page_files *ret_files, const char **ret_sentence)
{
    struct page_files files = PAGE_FILES_NONE;
    json_int_t verdict = json_integer_value(json_object_get(reply->body, "rc"));
    *ret_sentence = json_string_value(json_object_get(reply->body, "sentence"));
    if (*ret_sentence && is_verdict(verdict))
        return (enum rc)verdict;
    *ret_sentence = NULL;
    if (!take_files(reply, &files) ||
        page_result_read(json_object_get(reply->body, "result"), ret_result)) {
        page_files_close(&files);
        return RC_CORRUPT;
    }
    *ret_files = files;
    return RC_OK;
}

void page_files_close(struct page_files *files)
{
    int *fds[] = { &files->pdf,     &files->text,  &files->words, &files->thumb,
                   &files->preview, &files->sight, &files->master };
    for (size_t i = 0; i < COUNT(fds); i++) {
        if (*fds[i] >= 0)
            close(*fds[i]);
        *fds[i] = -1;
    }
}
