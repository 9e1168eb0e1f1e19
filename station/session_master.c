/* Masters: MASTERS/VOLUME-JOB/0001-front.tif, beside the spool because policy wants them
 * kept and handed over apart from it. */
#include "station/session.h"

#include "station/json_field.h"
#include "sys/file.h"
#include "sys/log.h"
#include "sys/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void session_master_want(const struct session *s, const struct job *job,
                         const struct job_image *image, int capture_fd,
                         struct page_master *ret_master)
{
    struct page_master master = { .wanted = true };
    struct stat facts;
    if (!*s->set.masters_dir)
        return;
    if (!fstat(capture_fd, &facts))
        master.at_ms = (int64_t)facts.st_mtime * 1000;
    field_print(master.document, sizeof master.document, "%s %s %04u", job->case_no,
                job->volume, image->leaf);
    field_print(master.make, sizeof master.make, "%s",
                field_peek(job->scanner, "vendor"));
    field_print(master.model, sizeof master.model, "%s",
                field_peek(job->scanner, "model"));
    field_print(master.serial, sizeof master.serial, "%s",
                field_peek(job->scanner, "serial"));
    field_print(master.station, sizeof master.station, "%s", s->set.station_id);
    field_print(master.operator_name, sizeof master.operator_name, "%s",
                job->operator_name);
    field_print(master.side, sizeof master.side, "%s", side_name(image->side));
    *ret_master = master;
}

static enum rc keep(const struct session *s, const struct job *job,
                    const struct job_image *image, int master_fd, struct fault *why)
{
    SCOPED(free_at) char *tiff = NULL;
    size_t len = 0;
    char folder[NAME_MAX + 1], name[32];
    snprintf(folder, sizeof folder, "%s-%s", job->volume, job->id);
    snprintf(name, sizeof name, "%04u-%s.tif", image->leaf, side_name(image->side));
    SCOPED(fd_close_at) int above = -1;
    enum rc rc = file_make_folder(s->set.masters_dir, 0750, why);
    rc = rc ? rc : file_open_folder(s->set.masters_dir, &above, why);
    if (rc)
        return rc;
    if ((mkdirat(above, folder, 0750) && errno != EEXIST) || fsync(above))
        return fault_set(why, rc_of_errno(errno), errno, "%s: %s", s->set.masters_dir,
                         strerror(errno));
    SCOPED(fd_close_at)
    int dir = openat(above, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return fault_set(why, rc_of_errno(errno), errno, "%s: %s", folder,
                         strerror(errno));
    rc = file_read_fd(master_fd, INT32_MAX, &tiff, &len, why);
    return rc ? rc : file_replace(dir, name, (struct bytes){ (uint8_t *)tiff, len }, why);
}

void session_master_keep(const struct session *s, struct job *job,
                         const struct job_image *image, int master_fd)
{
    struct fault why = { 0 };
    if (master_fd < 0 || !keep(s, job, image, master_fd, &why))
        return;
    log_error("no master of leaf %u of job %s: %s", image->leaf, job->id, why.text);
    snprintf(job->note, sizeof job->note,
             "TIFF 母版写不进去：请管理员检查存放母版的文件夹和磁盘。已扫描的都在。");
}
