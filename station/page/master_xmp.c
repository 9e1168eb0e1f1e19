/* The list of DA/T 48-2009 and DA/T 46-2009 as far as a picture knows it: identifier,
 * title, file kind and size, made by, form of the original, resolution, colour mode,
 * packing, maker, model and serial number of the scanner, who and where. */
#include "station/page/master_xmp.h"

#include "sys/clock.h"
#include "sys/hash.h"

#include <stdio.h>
#include <string.h>

struct out {
    char *at;
    size_t used;
};

static void put_text(struct out *out, const char *text)
{
    size_t len = strlen(text);
    if (out->used + len + 1 > MASTER_XMP_MAX)
        return;
    memcpy(out->at + out->used, text, len + 1);
    out->used += len;
}

static void put_escaped(struct out *out, const char *text)
{
    for (char one[2] = ""; *text; text++) {
        one[0] = *text;
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            continue;
        put_text(out, *text == '<'   ? "&lt;"
                      : *text == '>' ? "&gt;"
                      : *text == '&' ? "&amp;"
                                     : one);
    }
}

static void element(struct out *out, const char *name, const char *text)
{
    if (!*text)
        return;
    put_text(out, "<");
    put_text(out, name);
    put_text(out, ">");
    put_escaped(out, text);
    put_text(out, "</");
    put_text(out, name);
    put_text(out, ">\n");
}

static void number(struct out *out, const char *name, unsigned long value)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%lu", value);
    element(out, name, text);
}

void master_xmp(struct bytes capture, const struct page_result *result,
                const struct page_master *facts, const char *packing, unsigned bits,
                char ret_xmp[MASTER_XMP_MAX])
{
    struct out out = { ret_xmp, 0 };
    char hex[SHA256_HEX], at[CLOCK_TEXT_MAX] = "", form[48] = "";
    hash_hex(hash_sha256(capture), hex);
    if (facts->at_ms)
        clock_text(facts->at_ms, at);
    if (result->figures.width_mm)
        (void)snprintf(form, sizeof form, "%s%s%u x %u mm", result->figures.paper,
                       *result->figures.paper ? ", " : "", result->figures.width_mm,
                       result->figures.height_mm);
    put_text(&out, "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
                   "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF "
                   "xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">"
                   "<rdf:Description rdf:about=\"\" "
                   "xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" "
                   "xmlns:jk=\"https://juanku.invalid/ns/master/1/\">\n");
    element(&out, "xmp:CreatorTool", "Juanku " JUANKU_VERSION);
    element(&out, "xmp:CreateDate", at);
    element(&out, "jk:captureSha256", hex);
    number(&out, "jk:captureBytes", capture.len);
    element(&out, "jk:document", facts->document);
    element(&out, "jk:formatName", "TIFF 6.0");
    element(&out, "jk:originalForm", form);
    number(&out, "jk:resolutionDpi", result->dpi);
    element(&out, "jk:colourMode", bits == 1 ? "bilevel" : bits == 8 ? "gray" : "colour");
    number(&out, "jk:bitsPerPixel", bits);
    element(&out, "jk:compression", packing);
    element(&out, "jk:scannerMake", facts->make);
    element(&out, "jk:scannerModel", facts->model);
    element(&out, "jk:scannerSerial", facts->serial);
    element(&out, "jk:station", facts->station);
    element(&out, "jk:operator", facts->operator_name);
    element(&out, "jk:side", facts->side);
    number(&out, "jk:turnClockwiseDeg", result->rotated_deg);
    element(&out, "jk:qualityLimits", result->figures.limits);
    put_text(&out, "</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end=\"r\"?>");
}
