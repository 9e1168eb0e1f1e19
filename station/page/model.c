/* Models are files in a few folders, the nearest first: what the environment names, what
 * came with this program, what Debian installed. A name never leaves its folder. */
#include "station/page/model.h"

#include "sys/file.h"
#include "sys/scope.h"

#include <ctype.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Models of Chinese. The first one installed is meant when none is named; each asks the
 * others about lines it doubts, in this order. */
static const char *const presets[] = { "chi_sim", "chi_sim_best" };

static const char *const beside_program[] = { "../models", "../../models",
                                              "../share/juanku/models" };
static const char *const installed[] = { "/usr/share/tesseract-ocr/5/tessdata",
                                         "/usr/share/tesseract-ocr/4.00/tessdata",
                                         "/usr/share/tessdata" };

static void add_folder(struct ocr_folders *folders, const char *path)
{
    char real[PATH_MAX];
    if (folders->count < OCR_FOLDERS_MAX && realpath(path, real) &&
        strlen(real) < sizeof folders->at[0])
        strcpy(folders->at[folders->count++], real);
}

void ocr_model_folders(struct ocr_folders *ret_folders)
{
    char program[PATH_MAX], path[PATH_MAX];
    struct ocr_folders folders = { .count = 0 };
    const char *named = getenv("TESSDATA_PREFIX"); /* tesseract(1) */
    ssize_t len = readlink("/proc/self/exe", program, sizeof program - 1);
    char *slash = len > 0 ? memrchr(program, '/', (size_t)len) : NULL;
    if (named && *named)
        add_folder(&folders, named);
    for (size_t i = 0; slash && i < COUNT(beside_program); i++)
        if (snprintf(path, sizeof path, "%.*s/%s", (int)(slash - program), program,
                     beside_program[i]) < (int)sizeof path)
            add_folder(&folders, path);
    for (size_t i = 0; i < COUNT(installed); i++)
        add_folder(&folders, installed[i]);
    *ret_folders = folders;
}

/* A name is a word, never a way to another folder. */
static bool is_name(const char *name)
{
    size_t len = strlen(name);
    for (const char *at = name; *at; at++)
        if (!isalnum((unsigned char)*at) && *at != '_' && *at != '-')
            return false;
    return len > 0 && len < OCR_NAME_MAX;
}

static bool open_in(const char *folder, const char *name, const char *ending, int *ret_fd)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s%s", folder, name, ending) >= (int)sizeof path)
        return false;
    *ret_fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    return *ret_fd >= 0;
}

enum rc ocr_model_find(const char *name, const char *ending, struct ocr_model *ret_model,
                       struct fault *why)
{
    struct ocr_folders folders;
    struct ocr_model model = { .name = "" };
    struct sha256 hash;
    uint64_t bytes;
    if (!is_name(name))
        return fault_set(why, RC_INVALID, 0, "文字识别模型名称“%s”不可用", name);
    ocr_model_folders(&folders);
    for (size_t i = 0; i < folders.count; i++) {
        SCOPED(fd_close_at) int fd = -1;
        if (!open_in(folders.at[i], name, ending, &fd))
            continue;
        enum rc rc = hash_fd(fd, &hash, &bytes, why);
        if (rc)
            return rc;
        snprintf(model.name, sizeof model.name, "%s", name);
        snprintf(model.folder, sizeof model.folder, "%s", folders.at[i]);
        hash_hex(hash, model.sha256);
        *ret_model = model;
        return RC_OK;
    }
    return fault_set(why, RC_UNAVAILABLE, 0,
                     "没有安装文字识别模型“%s”，请安装 %s.traineddata 后再试", name,
                     name);
}

static bool is_installed(const char *name)
{
    struct ocr_folders folders;
    ocr_model_folders(&folders);
    for (size_t i = 0; i < folders.count; i++) {
        SCOPED(fd_close_at) int fd = -1;
        if (open_in(folders.at[i], name, ".traineddata", &fd))
            return true;
    }
    return false;
}

const char *ocr_model_preset(void)
{
    for (size_t i = 0; i < COUNT(presets); i++)
        if (is_installed(presets[i]))
            return presets[i];
    return presets[0];
}

const char *ocr_model_second(const char *first)
{
    bool ours = false;
    for (size_t i = 0; i < COUNT(presets); i++)
        ours = ours || !strcmp(presets[i], first);
    for (size_t i = 0; ours && i < COUNT(presets); i++)
        if (strcmp(presets[i], first) != 0 && is_installed(presets[i]))
            return presets[i];
    return NULL;
}
