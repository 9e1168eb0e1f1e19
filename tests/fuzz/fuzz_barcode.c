/* What barcode readers send, whatever it is. The first byte chooses the way of speaking;
 * HID-POS takes a descriptor, then reports, each behind its length. */
#include "drivers/barcode/barcode_gate.h"
#include "drivers/barcode/barcode_keys.h"
#include "drivers/barcode/barcode_report.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct barcode_gate gate;
static struct barcode_counters counters;

static void check(const struct barcode_text *code)
{
    struct label label;
    char text[BARCODE_TEXT_MAX];
    if (!code->len || code->len >= BARCODE_TEXT_MAX || strlen(code->text) != code->len)
        abort();
    (void)barcode_judge(&gate, code, 0, &counters, &label, text);
}

static void as_line(struct bytes data)
{
    struct barcode_line line = { 0 };
    struct barcode_text code;
    for (size_t i = 0; i < data.len; i++)
        if (barcode_line_byte(&line, data.at[i], &code))
            check(&code);
    if (barcode_line_silence(&line, true, &code))
        check(&code);
}

static void as_keys(struct bytes data)
{
    struct barcode_keys keys = { 0 };
    struct barcode_text code;
    for (size_t i = 0; i + 3 < data.len; i += 4)
        if (barcode_keys_event(&keys, data.at[i] % 3,
                               (uint16_t)(data.at[i + 1] | data.at[i + 2] << 8),
                               data.at[i + 3] % 4, &code))
            check(&code);
}

static void as_reports(struct bytes data)
{
    struct barcode_reports reports = { 0 };
    struct barcode_text code;
    size_t about = data.len ? data.at[0] : 0, at = 1 + about;
    if (at > data.len ||
        barcode_layout_read((struct bytes){ data.at + 1, about }, &reports.layout, NULL))
        return;
    while (at < data.len) {
        size_t len = data.at[at++];
        len = len < data.len - at ? len : data.len - at;
        if (barcode_reports_take(&reports, (struct bytes){ data.at + at, len }, &code))
            check(&code);
        at += len;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const ways[])(struct bytes) = { as_line, as_keys, as_reports };
    gate = (struct barcode_gate){ 0 };
    if (size)
        ways[data[0] % 3]((struct bytes){ data + 1, size - 1 });
    return 0;
}
