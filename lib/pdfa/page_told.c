/* The XMP of a page. Only properties of the XMP specification of 2004 stand in it, so
 * that no extension schema is asked for (ISO 19005-1, 6.7.8): dc:source, and an event of
 * xmpMM:History for each model that read some of the text. */
#include "pdfa/page_form.h"

#include "pdfa/page_take.h"

#include <stdio.h>
#include <string.h>

const char form_told_dict[] = "/Type /Metadata /Subtype /XML";

static const char head[] =
    "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
    "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
    "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n";
static const char source_head[] =
    "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n"
    "<dc:source>urn:sha256:";
static const char source_end[] = "</dc:source>\n</rdf:Description>\n";
static const char readers_head[] =
    "<rdf:Description rdf:about=\"\" xmlns:xmpMM=\"http://ns.adobe.com/xap/1.0/mm/\" "
    "xmlns:stEvt=\"http://ns.adobe.com/xap/1.0/sType/ResourceEvent#\">\n"
    "<xmpMM:History><rdf:Seq>\n";
static const char reader_head[] =
    "<rdf:li rdf:parseType=\"Resource\"><stEvt:action>recognized</stEvt:action>"
    "<stEvt:softwareAgent>";
static const char reader_middle[] = "</stEvt:softwareAgent><stEvt:parameters>";
static const char reader_hash[] = " sha256:";
static const char reader_end[] = "</stEvt:parameters></rdf:li>\n";
static const char readers_end[] = "</rdf:Seq></xmpMM:History>\n</rdf:Description>\n";
static const char end[] = "</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"r\"?>";

static void add(char *packet, const char *text)
{
    size_t len = strlen(packet);
    (void)snprintf(packet + len, FORM_PACKET_MAX - len, "%s", text);
}

void form_told_packet(const struct form_told *told, char *ret_text)
{
    *ret_text = '\0';
    add(ret_text, head);
    if (told->source[0]) {
        add(ret_text, source_head);
        add(ret_text, told->source);
        add(ret_text, source_end);
    }
    if (told->reader_count)
        add(ret_text, readers_head);
    for (size_t i = 0; i < told->reader_count; i++) {
        const struct form_reader *reader = &told->readers[i];
        const char *const parts[] = { reader_head,   reader->engine, reader_middle,
                                      reader->model, reader_hash,    reader->sha256,
                                      reader_end };
        for (size_t k = 0; k < COUNT(parts); k++)
            add(ret_text, parts[k]);
    }
    if (told->reader_count)
        add(ret_text, readers_end);
    add(ret_text, end);
}

bool form_is_hash(const char *text)
{
    return text && strlen(text) == FORM_SOURCE_MAX - 1 &&
           strspn(text, "0123456789abcdef") == FORM_SOURCE_MAX - 1;
}

static bool reader_right(const struct form_reader *reader)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789 ._+-";
    return reader->engine[0] && reader->model[0] &&
           !reader->engine[strspn(reader->engine, letters)] &&
           !reader->model[strspn(reader->model, letters)] && form_is_hash(reader->sha256);
}

enum rc form_told_readers(const struct pdfa_reader *readers, size_t count,
                          struct form_told *ret_told, struct fault *why)
{
    bool right = count <= PDFA_READERS_MAX;
    for (size_t i = 0; right && i < count; i++) {
        struct form_reader *to = &ret_told->readers[i];
        const struct pdfa_reader *from = &readers[i];
        right = from->engine && strlen(from->engine) < sizeof to->engine && from->model &&
                strlen(from->model) < sizeof to->model && form_is_hash(from->sha256);
        if (!right)
            break;
        strcpy(to->engine, from->engine);
        strcpy(to->model, from->model);
        strcpy(to->sha256, from->sha256);
        right = reader_right(to);
    }
    if (!right)
        return fault_set(why, RC_INVALID, 0, "文字识别模型的名称无法写入 PDF");
    ret_told->reader_count = count;
    return RC_OK;
}

/* What stands before the next `stop`. */
static bool take_until(const char **at, const char *stop, char *ret, size_t room)
{
    const char *found = strstr(*at, stop);
    if (!found || (size_t)(found - *at) >= room)
        return false;
    memcpy(ret, *at, (size_t)(found - *at));
    ret[found - *at] = '\0';
    *at = found + strlen(stop);
    return true;
}

bool form_told_read(const char *packet, struct form_told *ret_told)
{
    struct form_told told = { .reader_count = 0 };
    char again[FORM_PACKET_MAX];
    const char *at = packet;
    if (!page_take_text(&at, head))
        return false;
    if (page_take_text(&at, source_head) &&
        !take_until(&at, source_end, told.source, sizeof told.source))
        return false;
    bool readers = page_take_text(&at, readers_head);
    while (readers && told.reader_count < PDFA_READERS_MAX &&
           page_take_text(&at, reader_head)) {
        struct form_reader *reader = &told.readers[told.reader_count++];
        if (!take_until(&at, reader_middle, reader->engine, sizeof reader->engine) ||
            !take_until(&at, reader_hash, reader->model, sizeof reader->model) ||
            !take_until(&at, reader_end, reader->sha256, sizeof reader->sha256) ||
            !reader_right(reader))
            return false;
    }
    form_told_packet(&told, again);
    if (strcmp(packet, again) != 0 || (told.source[0] && !form_is_hash(told.source)))
        return false;
    *ret_told = told;
    return true;
}

void form_put_told(struct pdf_out *out, uint32_t number, const struct form_told *told)
{
    char packet[FORM_PACKET_MAX];
    form_told_packet(told, packet);
    pdf_out_stream(out, number, form_told_dict,
                   (struct bytes){ (const uint8_t *)packet, strlen(packet) });
}
