/* Small steps of strict reading: bytes at a place, and words taken off a text. */
#include "pdfa/page_take.h"

#include "pdfa/pdfa.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum rc page_not_ours(struct fault *why, const char *what)
{
    return fault_set(why, RC_CORRUPT, 0, "不是本系统生成的单页 PDF，或已被改动（%s）",
                     what);
}

/* Exactly `len` bytes at `at`, with a NUL behind. */
enum rc page_read_at(int fd, uint64_t at, char *ret_text, size_t len, struct fault *why)
{
    size_t done = 0;
    while (done < len) {
        ssize_t n = pread(fd, ret_text + done, len - done, (off_t)(at + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fault_set(why, rc_of_errno(errno), errno, "读取单页 PDF 失败");
        if (n == 0)
            return page_not_ours(why, "长度");
        done += (size_t)n;
    }
    ret_text[len] = 0;
    return RC_OK;
}

bool page_take_text(const char **at, const char *text)
{
    size_t len = strlen(text);
    if (strncmp(*at, text, len) != 0)
        return false;
    *at += len;
    return true;
}

/* Decimal digits, at most `most`. */
bool page_take_number(const char **at, uint64_t most, uint64_t *ret_number)
{
    uint64_t value = 0;
    const char *s = *at;
    for (; *s >= '0' && *s <= '9'; s++) {
        value = value * 10 + (uint64_t)(*s - '0');
        if (value > most)
            return false;
    }
    if (s == *at)
        return false;
    *ret_number = value;
    *at = s;
    return true;
}

bool page_take_points(const char **at, double *ret_value)
{
    uint64_t whole = 0;
    if (!page_take_number(at, PDFA_SIDE_PT_MAX, &whole))
        return false;
    double value = (double)whole, unit = 0.1;
    if (page_take_text(at, "."))
        for (int i = 0; i < 5 && **at >= '0' && **at <= '9'; i++, unit /= 10)
            value += unit * (*(*at)++ - '0');
    *ret_value = value;
    return true;
}
