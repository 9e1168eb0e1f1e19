/* The table of a linearised file has two parts: the first is named at the end of the file
 * and names the second. */
#include "pdfa/volume_take.h"

#include "pdfa/page_take.h"
#include "pdfa/pdfa.h"
#include "sys/scope.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum {
    TAIL = 64,
    ENTRY = 20,
    TRAILER_MAX = 400,
    TEXT_LEAST = 4096,
};

enum rc volume_not_ours(struct fault *why, const char *what)
{
    return fault_set(why, RC_CORRUPT, 0, "与本系统写出的格式不符（%s）", what);
}

bool volume_take_ref(const char **at, uint64_t *ret_number)
{
    return page_take_number(at, VOLUME_OBJECTS_MAX, ret_number) &&
           page_take_text(at, " 0 R");
}

static enum rc read_trailer(struct volume_table *table, const char *text,
                            uint64_t *ret_prev, struct fault *why)
{
    uint64_t size = 0, root = 0, info = 0;
    const char *at = text;
    *ret_prev = 0;
    bool right = page_take_text(&at, "trailer\n<< /Size ") &&
                 page_take_number(&at, VOLUME_OBJECTS_MAX, &size);
    if (right && page_take_text(&at, " /Prev ")) {
        right = page_take_number(&at, table->size, ret_prev);
        at += strspn(at, " ");
    } else if (right)
        right = page_take_text(&at, " ");
    right = right && page_take_text(&at, "/Root ") && volume_take_ref(&at, &root) &&
            page_take_text(&at, " /Info ") && volume_take_ref(&at, &info) &&
            root < size && info < size;
    if (!right || (table->objects && table->objects != size))
        return volume_not_ours(why, "文件尾");
    table->objects = (uint32_t)size;
    table->root = (uint32_t)root;
    table->info = (uint32_t)info;
    return RC_OK;
}

/* One part of the table, at `from`; *ret_prev is where the other is, or 0. */
static enum rc read_part(struct volume_table *table, uint64_t from, uint64_t *ret_prev,
                         struct fault *why)
{
    char head[TAIL + 1];
    uint64_t first = 0, count = 0, offset = 0;
    const char *at = head;
    size_t most = table->size - from < TAIL ? (size_t)(table->size - from) : TAIL;
    enum rc rc = page_read_at(table->fd, from, head, most, why);
    if (rc)
        return rc;
    if (!page_take_text(&at, "xref\n") ||
        !page_take_number(&at, VOLUME_OBJECTS_MAX, &first) || !page_take_text(&at, " ") ||
        !page_take_number(&at, VOLUME_OBJECTS_MAX - first, &count) ||
        !page_take_text(&at, "\n"))
        return volume_not_ours(why, "目录表");
    uint64_t entries = from + (uint64_t)(at - head);
    if (count * ENTRY > table->size - entries)
        return volume_not_ours(why, "目录表的长度");
    size_t len = (size_t)count * ENTRY;
    uint64_t end = entries + len;
    size_t tail =
        table->size - end < TRAILER_MAX ? (size_t)(table->size - end) : TRAILER_MAX;
    SCOPED(free_at) char *text = malloc(len + tail + 1);
    if (!text)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    rc = page_read_at(table->fd, entries, text, len + tail, why);
    rc = rc ? rc : read_trailer(table, text + len, ret_prev, why);
    if (rc)
        return rc;
    if (!table->at)
        table->at = calloc(table->objects + 1u, sizeof *table->at);
    if (!table->at)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    at = text;
    for (uint64_t n = first; n < first + count; n++) {
        if (n >= table->objects || !page_take_number(&at, table->size, &offset) ||
            !page_take_text(&at, n ? " 00000 n \n" : " 65535 f \n"))
            return volume_not_ours(why, "目录表");
        table->at[n] = offset;
    }
    return RC_OK;
}

enum rc volume_table_read(int fd, struct volume_table *ret_table, struct fault *why)
{
    struct volume_table table = { .fd = fd };
    char tail[TAIL + 1];
    struct stat st;
    uint64_t start = 0, prev = 0, none = 0;
    if (fstat(fd, &st) || !S_ISREG(st.st_mode))
        return fault_set(why, RC_IO, errno, "读取 PDF 失败");
    table.size = (uint64_t)st.st_size;
    if (table.size < TAIL)
        return volume_not_ours(why, "长度");
    enum rc rc = page_read_at(fd, table.size - TAIL, tail, TAIL, why);
    const char *at = rc ? NULL : strstr(tail, "startxref\n");
    if (!rc &&
        (!at || !page_take_text(&at, "startxref\n") ||
         !page_take_number(&at, table.size, &start) || strcmp(at, "\n%%EOF\n") != 0))
        rc = volume_not_ours(why, "文件尾");
    rc = rc ? rc : read_part(&table, start, &prev, why);
    if (!rc && prev)
        rc = read_part(&table, prev, &none, why);
    if (rc) {
        free(table.at);
        return rc;
    }
    *ret_table = table;
    return RC_OK;
}

/* Bytes from the object's start on, `room` at most, behind its head. */
static enum rc read_object(const struct volume_table *table, uint64_t number, char *text,
                           size_t room, const char **ret_at, struct fault *why)
{
    char head[32];
    if (!number || number >= table->objects || !table->at[number])
        return volume_not_ours(why, "对象");
    uint64_t at = table->at[number];
    size_t len = table->size - at < room ? (size_t)(table->size - at) : room;
    enum rc rc = page_read_at(table->fd, at, text, len, why);
    (void)snprintf(head, sizeof head, "%" PRIu64 " 0 obj\n", number);
    *ret_at = text;
    if (!rc && !page_take_text(ret_at, head))
        rc = volume_not_ours(why, "对象的开头");
    return rc;
}

enum rc volume_text(const struct volume_table *table, uint64_t number, size_t most,
                    char **ret_text, struct fault *why)
{
    for (size_t room = TEXT_LEAST; room <= most; room *= 2) {
        const char *at = NULL;
        SCOPED(free_at) char *text = malloc(room + 1);
        if (!text)
            return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
        enum rc rc = read_object(table, number, text, room, &at, why);
        if (rc)
            return rc;
        const char *end = strstr(at, "endobj\n");
        if (!end)
            continue;
        memmove(text, at, (size_t)(end - at));
        text[end - at] = '\0';
        *ret_text = TAKE(text);
        return RC_OK;
    }
    return volume_not_ours(why, "对象的结尾");
}

enum rc volume_stream(const struct volume_table *table, uint64_t number, char **ret_dict,
                      uint64_t *ret_at, uint64_t *ret_len, struct fault *why)
{
    const char *at = NULL;
    SCOPED(free_at) char *text = malloc(TEXT_LEAST + 1);
    if (!text)
        return fault_set(why, RC_NO_MEMORY, 0, "内存不足");
    enum rc rc = read_object(table, number, text, TEXT_LEAST, &at, why);
    if (rc)
        return rc;
    const char *length = strstr(at, " /Length ");
    const char *end = length;
    if (!end || !page_take_text(&at, "<< ") || at > length ||
        !page_take_text(&end, " /Length ") ||
        !page_take_number(&end, table->size, ret_len) ||
        !page_take_text(&end, " >>\nstream\n"))
        return volume_not_ours(why, "数据流");
    *ret_at = table->at[number] + (uint64_t)(end - text);
    if (*ret_len > table->size - *ret_at)
        return volume_not_ours(why, "数据流的长度");
    memmove(text, at, (size_t)(length - at));
    text[length - at] = '\0';
    *ret_dict = TAKE(text);
    return RC_OK;
}

static bool take_hex(const char **at, uint32_t *ret_unit)
{
    uint32_t unit = 0;
    for (int i = 0; i < 4; i++) {
        char c = (*at)[i];
        bool digit = c >= '0' && c <= '9';
        if (!digit && (c < 'A' || c > 'F'))
            return false;
        unit = unit << 4 | (uint32_t)(digit ? c - '0' : c - 'A' + 10);
    }
    *at += 4;
    *ret_unit = unit;
    return true;
}

static char *put_utf8(char *to, uint32_t code)
{
    static const uint8_t leads[] = { 0x00, 0xC0, 0xE0, 0xF0 };
    unsigned more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    *to++ = (char)(leads[more] | code >> 6 * more);
    while (more--)
        *to++ = (char)(0x80 | (code >> 6 * more & 0x3F));
    return to;
}

bool volume_take_string(const char **at, char **ret_text)
{
    uint32_t high = 0, low = 0;
    if (!page_take_text(at, "<FEFF"))
        return false;
    size_t units = strspn(*at, "0123456789ABCDEF") / 4;
    SCOPED(free_at) char *text = malloc(units * 3 + 1);
    char *to = text;
    while (text && **at != '>') {
        if (!take_hex(at, &high))
            return false;
        if (high >= 0xD800 && high < 0xDC00) {
            if (!take_hex(at, &low) || low < 0xDC00 || low > 0xDFFF)
                return false;
            high = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
        }
        to = put_utf8(to, high);
    }
    if (!text)
        return false;
    *to = '\0';
    ++*at;
    *ret_text = TAKE(text);
    return true;
}

bool volume_take_date(const char **at, int64_t *ret_ms)
{
    struct tm day = { 0 };
    const char *end = strstr(*at, "+00'00')");
    char text[16];
    if (!page_take_text(at, "(D:") || !end || end - *at != 14 ||
        strspn(*at, "0123456789") != 14)
        return false;
    memcpy(text, *at, 14);
    text[14] = '\0';
    if (strptime(text, "%Y%m%d%H%M%S", &day) != text + 14)
        return false;
    *at = end + strlen("+00'00')");
    *ret_ms = (int64_t)timegm(&day) * 1000;
    return true;
}
