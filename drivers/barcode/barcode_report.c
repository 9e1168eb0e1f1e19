/* Walking a report descriptor, and reading reports by what it said. */
#include "drivers/barcode/barcode_report.h"

#include <string.h>

enum {
    PAGE_DESKTOP = 0x01,
    PAGE_SCANNER = 0x8C,
    USAGE_BYTE_COUNT = 0x3B,
    USAGE_AIM_FIRST = 0xFB, /* to 0xFD: the three characters */
    USAGE_DATA = 0xFE,
    USAGE_MORE = 0xFF,
    USAGES_MAX = 32,
    IDS = 256,
    PUSHED_MAX = 4,
    FIELD_BITS_MAX = 8 * 4096, /* no report is longer */
};

/* The state of the walk (HID 1.11, 6.2.2.7 and 6.2.2.8). */
struct globals {
    uint32_t page, size, count, id;
};

struct walk {
    struct globals now, pushed[PUSHED_MAX];
    size_t pushed_count;
    uint32_t usages[USAGES_MAX]; /* page << 16 | usage */
    size_t usage_count;
    uint32_t usage_min, usage_max;
    uint32_t at[IDS]; /* bits used so far, by report id */
    bool numbered;
};

static uint32_t usage_of(const struct walk *w, uint32_t index)
{
    if (w->usage_count)
        return w->usages[index < w->usage_count ? index : w->usage_count - 1];
    uint32_t usage = w->usage_min + index;
    return usage <= w->usage_max ? usage : w->usage_max;
}

static struct barcode_field *field_for(struct barcode_layout *layout, uint32_t usage)
{
    uint32_t low = usage & 0xFFFF;
    if (usage == (PAGE_DESKTOP << 16 | USAGE_BYTE_COUNT))
        return &layout->length;
    if (usage >> 16 != PAGE_SCANNER)
        return NULL;
    if (low >= USAGE_AIM_FIRST && low < USAGE_AIM_FIRST + 3)
        return &layout->aim[low - USAGE_AIM_FIRST];
    if (low == USAGE_DATA)
        return &layout->data;
    return low == USAGE_MORE ? &layout->more : NULL;
}

/* An Input item: `count` elements of `size` bits. Elements of one usage that stand in a
 * row are one field. */
static void take_input(struct walk *w, struct barcode_layout *found)
{
    for (uint32_t i = 0; i < w->now.count; i++) {
        struct barcode_field *field = field_for(found, usage_of(w, i));
        uint32_t at = w->at[w->now.id] + i * w->now.size;
        if (!field)
            continue;
        if (!field->bits)
            *field = (struct barcode_field){ at, w->now.size, 0 };
        if (field->bits == w->now.size && at == field->at + field->count * field->bits)
            field->count++;
    }
    w->at[w->now.id] += w->now.count * w->now.size;
}

static void forget_locals(struct walk *w)
{
    w->usage_count = 0;
    w->usage_min = w->usage_max = 0;
}

static enum rc take_global(struct walk *w, unsigned tag, uint32_t value)
{
    switch (tag) {
    case 0:
        w->now.page = value & 0xFFFF;
        break;
    case 7:
        w->now.size = value;
        break;
    case 8:
        w->now.id = value % IDS;
        w->numbered = true;
        break;
    case 9:
        w->now.count = value;
        break;
    case 10:
        if (w->pushed_count == PUSHED_MAX)
            return RC_CORRUPT;
        w->pushed[w->pushed_count++] = w->now;
        break;
    case 11:
        if (!w->pushed_count)
            return RC_CORRUPT;
        w->now = w->pushed[--w->pushed_count];
        break;
    default: /* limits and units say nothing about where bytes stand */
        break;
    }
    return RC_OK;
}

static void take_local(struct walk *w, unsigned tag, uint32_t value, unsigned len)
{
    uint32_t usage = len == 4 ? value : w->now.page << 16 | value;
    if (tag == 0 && w->usage_count < USAGES_MAX)
        w->usages[w->usage_count++] = usage;
    if (tag == 1)
        w->usage_min = usage;
    if (tag == 2)
        w->usage_max = usage;
}

static bool whole_bytes(const struct barcode_layout *l)
{
    bool good = l->data.bits == 8 && l->data.at % 8 == 0;
    good = good && (!l->length.bits || (l->length.bits == 8 && l->length.at % 8 == 0));
    for (size_t i = 0; i < COUNT(l->aim); i++)
        good =
            good && (!l->aim[i].bits || (l->aim[i].bits == 8 && l->aim[i].at % 8 == 0));
    return good;
}

/* Fields of other reports must not be taken for this one's: each report is walked on its
 * own, and the first with decoded data wins. */
static enum rc walk_report(struct bytes d, unsigned want_id, struct barcode_layout *found,
                           bool *ret_numbered)
{
    static const unsigned lengths[] = { 0, 1, 2, 4 };
    struct walk w = { 0 };
    for (size_t i = 0; i < d.len;) {
        unsigned head = d.at[i], len = lengths[head & 3];
        if (head == 0xFE)
            return RC_CORRUPT; /* long items are reserved (6.2.2.3) */
        if (len > d.len - i - 1)
            return RC_CORRUPT;
        uint32_t value = 0;
        for (unsigned k = 0; k < len; k++)
            value |= (uint32_t)d.at[i + 1 + k] << 8 * k;
        unsigned type = head >> 2 & 3, tag = head >> 4;
        if (type == 1 && take_global(&w, tag, value))
            return RC_CORRUPT;
        if (type == 2)
            take_local(&w, tag, value, len);
        if (type == 0) {
            if (w.now.size > 64 || w.now.count > FIELD_BITS_MAX ||
                w.at[w.now.id] > FIELD_BITS_MAX)
                return RC_CORRUPT;
            if (tag == 8 && w.now.id == want_id)
                take_input(&w, found);
            forget_locals(&w);
        }
        i += 1 + len;
    }
    *ret_numbered = w.numbered;
    return RC_OK;
}

enum rc barcode_layout_read(struct bytes descriptor, struct barcode_layout *ret_layout,
                            struct fault *why)
{
    for (unsigned id = 0; id < IDS; id++) {
        struct barcode_layout found = { .report_id = (uint8_t)id };
        if (walk_report(descriptor, id, &found, &found.numbered))
            return fault_set(why, RC_CORRUPT, 0, "扫码枪的报告说明不完整。");
        if (!found.data.count)
            continue;
        if (!whole_bytes(&found))
            return fault_set(why, RC_INVALID, 0, "扫码枪的数据不按字节排列，不能使用。");
        *ret_layout = found;
        return RC_OK;
    }
    return fault_set(why, RC_INVALID, 0,
                     "这个设备不是扫码枪。请把扫码枪设为 HID-POS 方式，或改用键盘方式。");
}

/* Byte `index` of a field; false when the report is too short to hold it. */
static bool byte_at(struct bytes report, const struct barcode_field *field,
                    uint32_t index, uint8_t *ret_byte)
{
    uint32_t bit = field->at + index * field->bits;
    if (bit / 8 >= report.len)
        return false;
    *ret_byte = report.at[bit / 8];
    return true;
}

static bool goes_on(struct bytes report, const struct barcode_field *more)
{
    uint8_t byte = 0;
    if (!more->bits || !byte_at(report, more, 0, &byte))
        return false;
    return more->bits == 1 ? byte >> more->at % 8 & 1 : byte != 0;
}

static void put_aim(struct barcode_reports *r, struct bytes report)
{
    uint8_t aim[3] = { 0 };
    for (unsigned i = 0; i < 3; i++)
        if (!r->layout.aim[i].bits || !byte_at(report, &r->layout.aim[i], 0, &aim[i]))
            return;
    struct barcode_text none;
    if (aim[0] == ']')
        for (unsigned i = 0; i < 3; i++)
            (void)barcode_line_byte(&r->line, aim[i], &none);
}

/* The report is the end of a code; an end of the old kind that was set up besides says
 * nothing. */
static bool is_suffix(uint8_t byte)
{
    return byte == '\r' || byte == '\n' || byte == '\t';
}

bool barcode_reports_take(struct barcode_reports *r, struct bytes report,
                          struct barcode_text *ret_code)
{
    const struct barcode_layout *l = &r->layout;
    if (l->numbered) {
        if (!report.len || report.at[0] != l->report_id)
            return false;
        report.at++;
        report.len--;
    }
    if (!r->line.len && !r->line.spoilt)
        put_aim(r, report);
    uint8_t count = 0, byte = 0;
    bool counted = l->length.bits && byte_at(report, &l->length, 0, &count);
    for (uint32_t i = 0; i < l->data.count && (!counted || i < count); i++) {
        if (!byte_at(report, &l->data, i, &byte))
            barcode_line_spoil(&r->line);
        else if (is_suffix(byte) || (!byte && !counted))
            continue; /* without a count, zeros fill the rest */
        else if (byte == 0x02 || byte == 0x03)
            barcode_line_spoil(&r->line);
        else
            (void)barcode_line_byte(&r->line, byte, ret_code);
    }
    if (counted && count > l->data.count)
        barcode_line_spoil(&r->line);
    return !goes_on(report, &l->more) && barcode_line_byte(&r->line, '\r', ret_code);
}
