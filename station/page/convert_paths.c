/* What is written may not be what is read: a picture that a sheet's only copy stands in
 * is one wrong word away (`convert -o *.jpg`) from being a PDF of its neighbours. */
#include "station/page/convert_out.h"
#include "sys/scope.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

struct place {
    const char *path; /* NULL: not asked for */
    bool there;       /* as a plain file */
    struct stat at;
};

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

bool convert_same_state(const struct stat *a, const struct stat *b)
{
    return same_file(a, b) && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
           a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static struct place place_of(const char *path)
{
    struct place place = { .path = path };
    place.there = path && !stat(path, &place.at) && S_ISREG(place.at.st_mode);
    return place;
}

static bool is_pdf_or_empty(const struct place *place)
{
    char head[5];
    SCOPED(fd_close_at) int fd = open(place->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    return !place->at.st_size || fd < 0 || /* what is wrong with it is said later */
           (pread(fd, head, sizeof head, 0) == sizeof head && !memcmp(head, "%PDF-", 5));
}

static enum rc not_over(const char *path, struct fault *why)
{
    return fault_set(why, RC_INVALID, 0, "“%s”是要读的文件，不能写到它上面，请换一个名称",
                     path);
}

static enum rc outputs_differ(const struct place *outs, size_t count, struct fault *why)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < i; k++)
            if (outs[i].path && outs[k].path &&
                (!strcmp(outs[i].path, outs[k].path) ||
                 (outs[i].there && outs[k].there && same_file(&outs[i].at, &outs[k].at))))
                return fault_set(why, RC_INVALID, 0,
                                 "“%s”写了两次，不同的结果要写到不同的文件",
                                 outs[i].path);
    return RC_OK;
}

enum rc convert_check_paths(const char *const *paths, size_t count,
                            const struct convert_options *options, struct fault *why)
{
    const struct place outs[] = { place_of(options->out_path),
                                  place_of(options->text_path),
                                  place_of(options->report_path) };
    const struct place again = place_of(options->again_path);
    enum rc rc = outputs_differ(outs, COUNT(outs), why);
    if (rc)
        return rc;
    for (size_t i = 1; i < COUNT(outs); i++)
        if (outs[i].there && again.there && same_file(&outs[i].at, &again.at))
            return not_over(outs[i].path, why);
    for (size_t n = 0; n < count; n++) {
        const struct place in = place_of(paths[n]);
        for (size_t i = 0; i < COUNT(outs); i++)
            if (outs[i].there && in.there && same_file(&outs[i].at, &in.at))
                return not_over(outs[i].path, why);
    }
    if (outs[0].there && !is_pdf_or_empty(&outs[0]))
        return fault_set(why, RC_INVALID, 0,
                         "“%s”已经有了，又不是 PDF，不覆盖它；请换一个名称",
                         outs[0].path);
    return RC_OK;
}
