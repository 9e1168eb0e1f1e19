/* Info and XMP. Each namespace is declared on its own rdf:Description, since validators
 * look for it just there; the packet is not padded, because nobody edits an archive. */
#include "pdfa/xmp.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static const char creator[] = "Juanku";
static const char producer[] = "Juanku " JUANKU_VERSION;

static bool is_written(const char *text)
{
    uint32_t code = 0;
    while (pdf_utf8_next(&text, &code) && code)
        if (code < 0x20 || code == 0x7F || code == 0xFFFE || code == 0xFFFF)
            return false;
    return *text == 0;
}

enum rc xmp_check(const struct pdfa_about *about, struct fault *why)
{
    const int64_t year_10000_ms = 253402300800000;
    const char *author = about->author ? about->author : "";
    if (!about->title || !*about->title)
        return fault_set(why, RC_INVALID, 0, "缺少文件标题，请填写标题");
    if (strlen(about->title) > PDFA_TITLE_MAX || strlen(author) > PDFA_TITLE_MAX)
        return fault_set(why, RC_INVALID, 0, "标题或作者过长，请缩短到 %d 字节以内",
                         PDFA_TITLE_MAX);
    if (!is_written(about->title) || !is_written(author))
        return fault_set(why, RC_INVALID, 0, "标题或作者里有无法写出的字符，请重新输入");
    if (about->created_ms < 0 || about->created_ms >= year_10000_ms)
        return fault_set(why, RC_INVALID, 0, "日期超出范围，请检查系统时钟");
    return RC_OK;
}

static struct tm day_of(const struct pdfa_about *about)
{
    time_t at = (time_t)(about->created_ms / 1000);
    struct tm tm;
    gmtime_r(&at, &tm);
    return tm;
}

void xmp_put_info(struct pdf_out *out, const struct pdfa_about *about, uint32_t number)
{
    struct tm t = day_of(about);
    char day[64];
    (void)strftime(day, sizeof day, "(D:%Y%m%d%H%M%S+00'00')", &t);

    pdf_out_object(out, number);
    pdf_out_text(out, "<< /Title ");
    pdf_out_string(out, about->title);
    if (about->author) {
        pdf_out_text(out, " /Author ");
        pdf_out_string(out, about->author);
    }
    pdf_out_text(out, " /Creator (%s) /Producer (%s) /CreationDate %s /ModDate %s >>\n",
                 creator, producer, day, day);
    pdf_out_object_end(out);
}

static void append(char *packet, size_t room, const char *text)
{
    size_t len = strlen(packet);
    (void)snprintf(packet + len, room - len, "%s", text);
}

static void append_escaped(char *packet, size_t room, const char *text)
{
    for (; *text; text++) {
        char one[2] = { *text, 0 };
        append(packet, room,
               *text == '&'   ? "&amp;"
               : *text == '<' ? "&lt;"
               : *text == '>' ? "&gt;"
                              : one);
    }
}

void xmp_put_packet(struct pdf_out *out, const struct pdfa_about *about, uint32_t number,
                    const char *id)
{
    struct tm t = day_of(about);
    char day[40], packet[5 * 2 * PDFA_TITLE_MAX + 4096], part[512];
    (void)strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S+00:00", &t);

    packet[0] = 0;
    append(
        packet, sizeof packet,
        "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
        "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
        "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
        "<rdf:Description rdf:about=\"\" "
        "xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\">\n"
        "<pdfaid:part>1</pdfaid:part>\n<pdfaid:conformance>B</pdfaid:conformance>\n"
        "</rdf:Description>\n"
        "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n"
        "<dc:format>application/pdf</dc:format>\n"
        "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">");
    append_escaped(packet, sizeof packet, about->title);
    append(packet, sizeof packet, "</rdf:li></rdf:Alt></dc:title>\n");
    if (about->author) {
        append(packet, sizeof packet, "<dc:creator><rdf:Seq><rdf:li>");
        append_escaped(packet, sizeof packet, about->author);
        append(packet, sizeof packet, "</rdf:li></rdf:Seq></dc:creator>\n");
    }
    (void)snprintf(part, sizeof part,
                   "</rdf:Description>\n"
                   "<rdf:Description rdf:about=\"\" "
                   "xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\">\n"
                   "<xmp:CreatorTool>%s</xmp:CreatorTool>\n"
                   "<xmp:CreateDate>%s</xmp:CreateDate>\n"
                   "<xmp:ModifyDate>%s</xmp:ModifyDate>\n"
                   "<xmp:MetadataDate>%s</xmp:MetadataDate>\n",
                   creator, day, day, day);
    append(packet, sizeof packet, part);
    (void)snprintf(part, sizeof part,
                   "</rdf:Description>\n"
                   "<rdf:Description rdf:about=\"\" "
                   "xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\">\n"
                   "<pdf:Producer>%s</pdf:Producer>\n"
                   "</rdf:Description>\n"
                   "<rdf:Description rdf:about=\"\" "
                   "xmlns:xmpMM=\"http://ns.adobe.com/xap/1.0/mm/\">\n"
                   "<xmpMM:DocumentID>uuid:%s</xmpMM:DocumentID>\n"
                   "</rdf:Description>\n",
                   producer, id);
    append(packet, sizeof packet, part);
    append(packet, sizeof packet, "</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"r\"?>");
    pdf_out_stream(out, number, "/Type /Metadata /Subtype /XML",
                   (struct bytes){ (const uint8_t *)packet, strlen(packet) });
}
