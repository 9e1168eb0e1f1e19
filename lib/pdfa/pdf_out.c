/* How a PDF file is put together: header, objects, table, trailer (PDF 1.4, section 3.4;
 * ISO 19005-1, 6.1). Bytes gather in memory; with a descriptor they leave it by pieces,
 * so that a volume of any size needs no more than its table. */
#include "pdfa/pdf_out.h"

#include "pdfa/flate.h"
#include "pdfa/page_take.h"
#include "pdfa/xmp.h"
#include "sys/file.h"
#include "sys/scope.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 64 * 1024, TEXT_MAX = 4096 };

#define PDF_BYTES_MAX 9999999999u /* ten digits of an offset */

/* Binary comment: readers then do not take the file for text (ISO 19005-1, 6.1.2). */
static const char header[] = "%PDF-1.4\n%\xE2\xE3\xCF\xD3\n";

enum rc pdf_out_fail(struct pdf_out *out, enum rc rc, const char *format, ...)
{
    if (out->why.rc)
        return out->why.rc;
    char text[FAULT_TEXT_MAX];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return fault_set(&out->why, rc, 0, "%s", text);
}

/* RC_CORRUPT when the file has other bytes at this place. */
static void compare(struct pdf_out *out)
{
    char piece[4096 + 1];
    for (size_t done = 0, n; done < out->len && !out->why.rc; done += n) {
        n = out->len - done < sizeof piece - 1 ? out->len - done : sizeof piece - 1;
        if (page_read_at(*out->against, out->gone + done, piece, n, NULL) ||
            memcmp(piece, out->at + done, n) != 0)
            pdf_out_fail(out, RC_CORRUPT, "文件被改动过");
    }
}

static void flush(struct pdf_out *out)
{
    if (out->why.rc || out->fd == PDF_OUT_MEMORY || !out->len)
        return;
    struct fault why = { 0 };
    if (out->fd != PDF_OUT_NOWHERE &&
        file_write_all(out->fd, (struct bytes){ out->at, out->len }, &why))
        out->why = why;
    if (out->against)
        compare(out);
    out->gone += out->len;
    out->len = 0;
}

static bool make_room(struct pdf_out *out, size_t more)
{
    if (out->room - out->len >= more)
        return true;
    size_t room = out->room ? out->room : PIECE;
    while (room - out->len < more)
        room *= 2;
    uint8_t *at = realloc(out->at, room);
    if (!at) {
        pdf_out_fail(out, RC_NO_MEMORY, "内存不足，无法写出 PDF");
        return false;
    }
    out->at = at;
    out->room = room;
    return true;
}

void pdf_out_put(struct pdf_out *out, struct bytes data)
{
    if (out->why.rc || !data.len)
        return;
    if (out->hash)
        hash_add(out->hash, data);
    while (out->fd != PDF_OUT_MEMORY && data.len > PIECE) {
        struct bytes piece = { data.at, PIECE };
        flush(out);
        if (!make_room(out, PIECE))
            return;
        memcpy(out->at, piece.at, piece.len);
        out->len = PIECE;
        data.at += PIECE;
        data.len -= PIECE;
    }
    if (out->fd != PDF_OUT_MEMORY && out->len + data.len > PIECE)
        flush(out);
    if (out->why.rc || !make_room(out, data.len))
        return;
    memcpy(out->at + out->len, data.at, data.len);
    out->len += data.len;
}

void pdf_out_text(struct pdf_out *out, const char *format, ...)
{
    char text[TEXT_MAX];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (len < 0 || len >= (int)sizeof text) {
        pdf_out_fail(out, RC_INVALID, "PDF 对象过长");
        return;
    }
    pdf_out_put(out, (struct bytes){ (const uint8_t *)text, (size_t)len });
}

void pdf_out_object(struct pdf_out *out, uint32_t number)
{
    if (number >= out->objects) {
        uint64_t *offsets = realloc(out->offsets, (number + 1u) * 2 * sizeof *offsets);
        if (!offsets) {
            pdf_out_fail(out, RC_NO_MEMORY, "内存不足，无法写出 PDF");
            return;
        }
        memset(offsets + out->objects, 0, (number + 1u - out->objects) * sizeof *offsets);
        out->offsets = offsets;
        out->objects = number + 1;
    }
    out->offsets[number] = pdf_out_at(out);
    pdf_out_text(out, "%" PRIu32 " 0 obj\n", number);
}

void pdf_out_object_end(struct pdf_out *out)
{
    pdf_out_text(out, "endobj\n");
}

void pdf_out_stream(struct pdf_out *out, uint32_t number, const char *dict,
                    struct bytes data)
{
    pdf_out_object(out, number);
    pdf_out_text(out, "<< %s%s/Length %zu >>\nstream\n", dict, *dict ? " " : "",
                 data.len);
    pdf_out_put(out, data);
    pdf_out_text(out, "\nendstream\n");
    pdf_out_object_end(out);
}

void pdf_out_packed(struct pdf_out *out, uint32_t number, const char *dict,
                    struct bytes data)
{
    char whole[TEXT_MAX];
    SCOPED(free_at) uint8_t *packed = NULL;
    size_t len = 0;
    if (out->why.rc)
        return;
    if (flate_pack(data, &packed, &len)) {
        pdf_out_fail(out, RC_NO_MEMORY, "内存不足，无法压缩");
        return;
    }
    (void)snprintf(whole, sizeof whole, "%s%s/Filter /FlateDecode", dict,
                   *dict ? " " : "");
    pdf_out_stream(out, number, whole, (struct bytes){ packed, len });
}

void pdf_out_open(struct pdf_out *out, int fd)
{
    *out = (struct pdf_out){ .fd = fd, .hash = hash_new() };
    pdf_out_put(out, BYTES(header));
}

void pdf_out_open_plain(struct pdf_out *out, int fd)
{
    *out = (struct pdf_out){ .fd = fd };
    pdf_out_put(out, BYTES(header));
}

void pdf_out_open_against(struct pdf_out *out, const int *fd)
{
    pdf_out_open_plain(out, PDF_OUT_NOWHERE);
    out->against = fd;
}

void pdf_out_open_bare(struct pdf_out *out)
{
    *out = (struct pdf_out){ .fd = PDF_OUT_MEMORY };
}

uint64_t pdf_out_at(const struct pdf_out *out)
{
    return out->gone + out->len;
}

void pdf_out_skip(struct pdf_out *out, uint64_t len)
{
    flush(out);
    out->gone += len;
}

void pdf_out_free(struct pdf_out *out)
{
    free(out->at);
    free(out->offsets);
    hash_free(out->hash);
    *out = (struct pdf_out){ .fd = PDF_OUT_MEMORY };
}

enum rc pdf_out_finish(struct pdf_out *out, struct fault *why)
{
    flush(out);
    if (!out->why.rc && pdf_out_at(out) > PDF_BYTES_MAX)
        pdf_out_fail(out, RC_INVALID, "PDF 超过 10 GB，请分册");
    if (out->why.rc)
        return fault_set(why, out->why.rc, out->why.err, "%s", out->why.text);
    return RC_OK;
}

enum rc pdf_out_close(struct pdf_out *out, const struct pdfa_about *about, uint32_t root,
                      uint32_t info, struct fault *why)
{
    char id[PDF_ID_MAX];
    xmp_put_info(out, about, info);
    pdf_id_of(hash_end(out->hash), id);
    hash_free(TAKE(out->hash));
    xmp_put_packet(out, about, info + 1, id);

    uint64_t table = pdf_out_at(out);
    pdf_out_text(out, "xref\n0 %" PRIu32 "\n0000000000 65535 f \n", out->objects);
    for (uint32_t i = 1; i < out->objects; i++)
        pdf_out_text(out, "%010" PRIu64 " 00000 n \n", out->offsets[i]);
    pdf_out_text(out,
                 "trailer\n<< /Size %" PRIu32 " /Root %" PRIu32 " 0 R /Info %" PRIu32
                 " 0 R /ID [<%s> <%s>] >>\nstartxref\n%" PRIu64 "\n%%%%EOF\n",
                 out->objects, root, info, id, id, table);
    return pdf_out_finish(out, why);
}
