/* Masters go straight into their folder: they are too large to wait, and each is whole by
 * itself. The number in front keeps the order and parts files of one name. */
#include "station/page/convert_out.h"

#include "sys/file.h"
#include "sys/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEM_MAX = 120 }; /* bytes of the picture's name that are kept */

enum rc convert_keep_master(const struct convert_page *page, int fd, const char *folder,
                            struct fault *why)
{
    SCOPED(free_at) char *tiff = NULL;
    size_t len = 0;
    char name[NAME_MAX + 1], frame[16] = "";
    const char *slash = strrchr(page->path, '/'), *base = slash ? slash + 1 : page->path;
    const char *dot = strrchr(base, '.');
    size_t stem = dot && dot > base ? (size_t)(dot - base) : strlen(base);
    if (page->frame)
        snprintf(frame, sizeof frame, "-%u", page->frame + 1);
    snprintf(name, sizeof name, "%04u-%.*s%s.tif", page->number,
             (int)(stem < STEM_MAX ? stem : STEM_MAX), base, frame);
    if (fd < 0)
        return RC_OK;
    SCOPED(fd_close_at) int dir = -1;
    if (file_make_folder(folder, 0750, why) || file_open_folder(folder, &dir, why))
        return fault_set(why, RC_IO, 0, "存放母版的文件夹“%s”建不了或打不开", folder);
    enum rc rc = file_read_fd(fd, INT32_MAX, &tiff, &len, why);
    if (!rc && file_replace(dir, name, (struct bytes){ (uint8_t *)tiff, len }, why))
        rc = fault_set(why, why && why->rc == RC_FULL ? RC_FULL : RC_IO, 0,
                       "母版“%s/%s”写不进去", folder, name);
    return rc;
}
