/* Numbers are written as the least of a column and what each has more, in as many bits as
 * the greatest needs; each column begins at a byte. */
#include "pdfa/join_hints.h"

struct bits {
    struct pdf_out *out;
    unsigned filled;
    uint8_t byte;
};

static void put_bits(struct bits *b, uint64_t value, unsigned count)
{
    while (count--) {
        b->byte = (uint8_t)((unsigned)b->byte << 1 | (unsigned)(value >> count & 1));
        if (++b->filled == 8) {
            pdf_out_put(b->out, (struct bytes){ &b->byte, 1 });
            b->filled = 0;
        }
    }
}

static void end_column(struct bits *b)
{
    if (b->filled)
        put_bits(b, 0, 8 - b->filled);
}

static unsigned bits_of(uint64_t value)
{
    unsigned count = 0;
    for (; value; value >>= 1)
        count++;
    return count;
}

struct span {
    uint64_t least, most;
};

static void widen(struct span *span, uint64_t value)
{
    span->least = value < span->least ? value : span->least;
    span->most = value > span->most ? value : span->most;
}

static void put_pages(struct bits *b, const struct join_hints *hints)
{
    struct span objects = { UINT64_MAX, 0 }, length = { UINT64_MAX, 0 };
    struct span count = { 0, 0 }, shared = { 0, 0 };
    for (size_t i = 0; i < hints->page_count; i++) {
        const struct hint_page *page = &hints->pages[i];
        widen(&objects, page->objects);
        widen(&length, page->length);
        widen(&count, page->shared_count);
        if (page->shared_count)
            widen(&shared, page->shared + page->shared_count - 1);
    }
    unsigned objects_bits = bits_of(objects.most - objects.least),
             length_bits = bits_of(length.most - length.least),
             count_bits = bits_of(count.most), shared_bits = bits_of(shared.most);
    put_bits(b, objects.least, 32);
    put_bits(b, hints->first_page_at, 32);
    put_bits(b, objects_bits, 16);
    put_bits(b, length.least, 32);
    put_bits(b, length_bits, 16);
    put_bits(b, 0, 32); /* contents begin with the page and are as long: what readers */
    put_bits(b, 0, 16); /* expect, whatever the specification says */
    put_bits(b, length.least, 32);
    put_bits(b, length_bits, 16);
    put_bits(b, count_bits, 16);
    put_bits(b, shared_bits, 16);
    put_bits(b, 0, 16); /* no fractions */
    put_bits(b, 1, 16);
    for (size_t i = 0; i < hints->page_count; i++)
        put_bits(b, hints->pages[i].objects - objects.least, objects_bits);
    end_column(b);
    for (size_t i = 0; i < hints->page_count; i++)
        put_bits(b, hints->pages[i].length - length.least, length_bits);
    end_column(b);
    for (size_t i = 0; i < hints->page_count; i++)
        put_bits(b, hints->pages[i].shared_count, count_bits);
    end_column(b);
    for (size_t i = 0; i < hints->page_count; i++)
        for (uint32_t k = 0; k < hints->pages[i].shared_count; k++)
            put_bits(b, hints->pages[i].shared + k, shared_bits);
    end_column(b);
    for (size_t i = 0; i < hints->page_count; i++)
        put_bits(b, hints->pages[i].length - length.least, length_bits);
    end_column(b);
}

static void put_shared(struct bits *b, const struct join_hints *hints)
{
    struct span length = { UINT64_MAX, 0 };
    for (size_t i = 0; i < hints->shared_count; i++)
        widen(&length, hints->shared[i]);
    unsigned bits = bits_of(length.most - length.least);
    put_bits(b, hints->other_number, 32);
    put_bits(b, hints->other_at, 32);
    put_bits(b, hints->shared_in_first, 32);
    put_bits(b, hints->shared_count, 32);
    put_bits(b, 0, 16); /* each object is a group of its own */
    put_bits(b, length.least, 32);
    put_bits(b, bits, 16);
    for (size_t i = 0; i < hints->shared_count; i++)
        put_bits(b, hints->shared[i] - length.least, bits);
    end_column(b);
    for (size_t i = 0; i < hints->shared_count; i++)
        put_bits(b, 0, 1); /* no signatures */
    end_column(b);
}

void join_hints_put(struct pdf_out *out, const struct join_hints *hints,
                    uint32_t *ret_shared, uint32_t *ret_marks)
{
    struct bits b = { .out = out };
    put_pages(&b, hints);
    *ret_shared = (uint32_t)pdf_out_at(out);
    put_shared(&b, hints);
    *ret_marks = hints->marks_count ? (uint32_t)pdf_out_at(out) : 0;
    if (!hints->marks_count)
        return;
    put_bits(&b, hints->marks_number, 32);
    put_bits(&b, hints->marks_at, 32);
    put_bits(&b, hints->marks_count, 32);
    put_bits(&b, hints->marks_length, 32);
}
