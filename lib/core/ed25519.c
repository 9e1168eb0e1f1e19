/* The equation is [S]B = R + [k]A. We compute [S]B + [k](-A) bit by bit for both at once,
 * spell the point, and hold it against the bytes of R: so R need not be a point at all.
 *
 * Products are made limb by limb; 2^256 is 38 modulo p, so what stands above is added
 * back 38-fold. Numbers are only brought below p where they are compared or spelt. */
#include "core/ed25519.h"

#include <string.h>

enum { LIMBS = ED25519_LIMBS, FOLD = 38, BITS = 256, HASH_BITS = 512, S_AT = 32 };

static const struct ed_num curve_d = { { 0x135978A3u, 0x75EB4DCAu, 0x4141D8ABu,
                                         0x00700A4Du, 0x7779E898u, 0x8CC74079u,
                                         0x2B6FFE73u, 0x52036CEEu } };
static const struct ed_num twice_d = { { 0x26B2F159u, 0xEBD69B94u, 0x8283B156u,
                                         0x00E0149Au, 0xEEF3D130u, 0x198E80F2u,
                                         0x56DFFCE7u, 0x2406D9DCu } };
static const struct ed_num root_of_minus_one = { { 0x4A0EA0B0u, 0xC4EE1B27u, 0xAD2FE478u,
                                                   0x2F431806u, 0x3DFBD7A7u, 0x2B4D0099u,
                                                   0x4FC1DF0Bu, 0x2B832480u } };
static const struct ed_num prime = { { 0xFFFFFFEDu, 0xFFFFFFFFu, 0xFFFFFFFFu, 0xFFFFFFFFu,
                                       0xFFFFFFFFu, 0xFFFFFFFFu, 0xFFFFFFFFu,
                                       0x7FFFFFFFu } };
static const struct ed_num order = { { 0x5CF5D3EDu, 0x5812631Au, 0xA2F79CD6u, 0x14DEF9DEu,
                                       0, 0, 0, 0x10000000u } };
static const struct ed25519_point base = {
    .x = { { 0x8F25D51Au, 0xC9562D60u, 0x9525A7B2u, 0x692CC760u, 0xFDD6DC5Cu, 0xC0A4E231u,
             0xCD6E53FEu, 0x216936D3u } },
    .y = { { 0x66666658u, 0x66666666u, 0x66666666u, 0x66666666u, 0x66666666u, 0x66666666u,
             0x66666666u, 0x66666666u } },
    .z = { { 1 } },
    .t = { { 0xA5B7DDA3u, 0x6DDE8AB3u, 0x775152F5u, 0x20F09F80u, 0x64ABE37Du, 0x66EA4E8Eu,
             0xD78B7665u, 0x67875F0Fu } },
};

/* Add `over` (below 2^32) times 2^256 to what stands below. */
static void fold(struct ed_num *r, uint64_t over)
{
    while (over) {
        uint64_t carry = over * FOLD;
        for (unsigned i = 0; i < LIMBS; i++) {
            carry += r->limb[i];
            r->limb[i] = (uint32_t)carry;
            carry >>= 32;
        }
        over = carry;
    }
}

static void add(struct ed_num *r, const struct ed_num *a, const struct ed_num *b)
{
    uint64_t carry = 0;
    for (unsigned i = 0; i < LIMBS; i++) {
        carry += (uint64_t)a->limb[i] + b->limb[i];
        r->limb[i] = (uint32_t)carry;
        carry >>= 32;
    }
    fold(r, carry);
}

/* Returns 1 when b was the larger one, and 2^256 is missing. */
static uint32_t take_off(struct ed_num *r, const struct ed_num *a, const struct ed_num *b)
{
    uint32_t borrow = 0;
    for (unsigned i = 0; i < LIMBS; i++) {
        uint64_t left = (uint64_t)a->limb[i] - b->limb[i] - borrow;
        r->limb[i] = (uint32_t)left;
        borrow = (uint32_t)(left >> 32) & 1u;
    }
    return borrow;
}

static void subtract(struct ed_num *r, const struct ed_num *a, const struct ed_num *b)
{
    static const struct ed_num thirty_eight = { { FOLD } };
    uint32_t borrow = take_off(r, a, b);
    while (borrow)
        borrow = take_off(r, r, &thirty_eight);
}

static void multiply(struct ed_num *r, const struct ed_num *a, const struct ed_num *b)
{
    uint32_t product[2 * LIMBS] = { 0 };
    for (unsigned i = 0; i < LIMBS; i++) {
        uint64_t carry = 0;
        for (unsigned n = 0; n < LIMBS; n++) {
            carry += (uint64_t)a->limb[i] * b->limb[n] + product[i + n];
            product[i + n] = (uint32_t)carry;
            carry >>= 32;
        }
        product[i + LIMBS] = (uint32_t)carry;
    }
    uint64_t carry = 0;
    for (unsigned i = 0; i < LIMBS; i++) {
        carry += (uint64_t)product[i + LIMBS] * FOLD + product[i];
        r->limb[i] = (uint32_t)carry;
        carry >>= 32;
    }
    fold(r, carry);
}

static bool below(const struct ed_num *a, const struct ed_num *b)
{
    unsigned i = LIMBS - 1u;
    while (i > 0 && a->limb[i] == b->limb[i])
        i--;
    return a->limb[i] < b->limb[i];
}

static void reduce(struct ed_num *r)
{
    while (!below(r, &prime))
        (void)take_off(r, r, &prime);
}

static bool same(struct ed_num *a, struct ed_num *b)
{
    reduce(a);
    reduce(b);
    return !below(a, b) && !below(b, a);
}

/* r = a^(2^bits - less), for the two exponents that are needed: all ones but for what
 * `less` - 1 has in its low bits. */
static void power(struct ed_num *r, const struct ed_num *a, unsigned bits, uint32_t less)
{
    struct ed_num found = { { 1 } }, from = *a;
    for (unsigned i = bits; i-- > 0;) {
        multiply(&found, &found, &found);
        if (i >= 32 || !((less - 1u) >> i & 1u))
            multiply(&found, &found, &from);
    }
    *r = found;
}

static void point_add(struct ed25519_work *w, const struct ed25519_point *q)
{
    struct ed25519_point *p = &w->sum;
    struct ed_num *n = w->n;
    subtract(&n[0], &p->y, &p->x);
    subtract(&n[1], &q->y, &q->x);
    multiply(&n[0], &n[0], &n[1]); /* A */
    add(&n[1], &p->y, &p->x);
    add(&n[2], &q->y, &q->x);
    multiply(&n[1], &n[1], &n[2]); /* B */
    multiply(&n[2], &p->t, &twice_d);
    multiply(&n[2], &n[2], &q->t); /* C */
    multiply(&n[3], &p->z, &q->z);
    add(&n[3], &n[3], &n[3]);      /* D */
    subtract(&n[4], &n[1], &n[0]); /* E */
    subtract(&n[5], &n[3], &n[2]); /* F */
    add(&n[6], &n[3], &n[2]);      /* G */
    add(&n[7], &n[1], &n[0]);      /* H */
    multiply(&p->x, &n[4], &n[5]);
    multiply(&p->y, &n[6], &n[7]);
    multiply(&p->t, &n[4], &n[7]);
    multiply(&p->z, &n[5], &n[6]);
}

static void point_double(struct ed25519_work *w)
{
    struct ed25519_point *p = &w->sum;
    struct ed_num *n = w->n;
    multiply(&n[0], &p->x, &p->x); /* A */
    multiply(&n[1], &p->y, &p->y); /* B */
    multiply(&n[2], &p->z, &p->z);
    add(&n[2], &n[2], &n[2]); /* C */
    add(&n[7], &n[0], &n[1]); /* H */
    add(&n[3], &p->x, &p->y);
    multiply(&n[3], &n[3], &n[3]);
    subtract(&n[4], &n[7], &n[3]); /* E */
    subtract(&n[6], &n[0], &n[1]); /* G */
    add(&n[5], &n[2], &n[6]);      /* F */
    multiply(&p->x, &n[4], &n[5]);
    multiply(&p->y, &n[6], &n[7]);
    multiply(&p->t, &n[4], &n[7]);
    multiply(&p->z, &n[5], &n[6]);
}

static void load(struct ed_num *r, const uint8_t *at)
{
    for (unsigned i = 0; i < LIMBS; i++)
        r->limb[i] = (uint32_t)at[4u * i] | (uint32_t)at[4u * i + 1u] << 8 |
                     (uint32_t)at[4u * i + 2u] << 16 | (uint32_t)at[4u * i + 3u] << 24;
}

/* A square root of u/v in n[2], when there is one (section 5.1.3, step 3). */
static bool find_root(struct ed_num *n)
{
    multiply(&n[3], &n[1], &n[1]);
    multiply(&n[3], &n[3], &n[1]); /* v^3 */
    multiply(&n[4], &n[3], &n[3]);
    multiply(&n[4], &n[4], &n[1]); /* v^7 */
    multiply(&n[4], &n[4], &n[0]);
    power(&n[4], &n[4], 252, 3); /* (u v^7)^((p - 5) / 8) */
    multiply(&n[2], &n[0], &n[3]);
    multiply(&n[2], &n[2], &n[4]);
    multiply(&n[3], &n[2], &n[2]);
    multiply(&n[3], &n[3], &n[1]); /* v x^2 */
    if (same(&n[3], &n[0]))
        return true;
    subtract(&n[4], &prime, &n[0]);
    multiply(&n[2], &n[2], &root_of_minus_one);
    return same(&n[3], &n[4]);
}

/* The point that the bytes spell, turned to its negative; false: they spell none. */
static bool load_negative(struct ed25519_work *w, const uint8_t key[ED25519_KEY_LEN],
                          struct ed25519_point *ret_point)
{
    static const struct ed_num one = { { 1 } };
    struct ed_num *n = w->n, *y = &ret_point->y;
    load(y, key);
    uint32_t odd = y->limb[LIMBS - 1] >> 31;
    y->limb[LIMBS - 1] &= 0x7FFFFFFFu;
    if (!below(y, &prime))
        return false;
    multiply(&n[1], y, y);
    subtract(&n[0], &n[1], &one); /* u */
    multiply(&n[1], &n[1], &curve_d);
    add(&n[1], &n[1], &one); /* v */
    if (!find_root(n))
        return false;
    reduce(&n[2]);
    if (below(&n[2], &one) && odd)
        return false;
    ret_point->x = n[2];
    if ((n[2].limb[0] & 1u) == odd)
        (void)take_off(&ret_point->x, &prime, &n[2]);
    ret_point->z = one;
    multiply(&ret_point->t, &ret_point->x, y);
    return true;
}

/* What 64 bytes, the lowest first, leave modulo the order. */
static void reduce_hash(struct ed_num *r, const uint8_t digest[SHA512_LEN])
{
    memset(r, 0, sizeof *r);
    for (unsigned i = HASH_BITS; i-- > 0;) {
        uint32_t carry = (uint32_t)digest[i / 8u] >> (i % 8u) & 1u;
        for (unsigned n = 0; n < LIMBS; n++) {
            uint32_t top = r->limb[n] >> 31;
            r->limb[n] = r->limb[n] << 1 | carry;
            carry = top;
        }
        if (!below(r, &order))
            (void)take_off(r, r, &order);
    }
}

static void spell(struct ed25519_work *w, uint8_t ret_bytes[ED25519_KEY_LEN])
{
    struct ed_num *n = w->n;
    power(&n[0], &w->sum.z, 255, 21); /* 1/Z = Z^(p - 2) */
    multiply(&n[1], &w->sum.x, &n[0]);
    multiply(&n[2], &w->sum.y, &n[0]);
    reduce(&n[1]);
    reduce(&n[2]);
    n[2].limb[LIMBS - 1] |= n[1].limb[0] << 31;
    for (unsigned i = 0; i < ED25519_KEY_LEN; i++)
        ret_bytes[i] = (uint8_t)(n[2].limb[i / 4u] >> (8u * (i % 4u)));
}

static __attribute__((noinline)) void hash_all(struct sha512 *hash, const uint8_t *key,
                                               struct bytes message,
                                               const uint8_t *signature,
                                               struct ed_num *ret_k)
{
    uint8_t digest[SHA512_LEN];
    sha512_begin(hash);
    sha512_add(hash, (struct bytes){ signature, S_AT });
    sha512_add(hash, (struct bytes){ key, ED25519_KEY_LEN });
    sha512_add(hash, message);
    sha512_end(hash, digest);
    reduce_hash(ret_k, digest);
}

bool ed25519_holds(struct ed25519_work *work, const uint8_t key[ED25519_KEY_LEN],
                   struct bytes message, const uint8_t signature[ED25519_SIGNED_LEN])
{
    uint8_t spelt[ED25519_KEY_LEN];
    load(&work->s, signature + S_AT);
    if (!below(&work->s, &order) || !load_negative(work, key, &work->table[1]))
        return false;
    hash_all(&work->hash, key, message, signature, &work->k);
    work->table[0] = base;
    work->sum = base;
    point_add(work, &work->table[1]);
    work->table[2] = work->sum; /* B - A */
    memset(&work->sum, 0, sizeof work->sum);
    work->sum.y.limb[0] = 1; /* the neutral point */
    work->sum.z.limb[0] = 1;
    for (unsigned i = BITS; i-- > 0;) {
        unsigned which = (work->s.limb[i / 32u] >> (i % 32u) & 1u) |
                         (work->k.limb[i / 32u] >> (i % 32u) & 1u) << 1;
        point_double(work);
        if (which)
            point_add(work, &work->table[which - 1u]);
    }
    spell(work, spelt);
    return memcmp(spelt, signature, sizeof spelt) == 0;
}
