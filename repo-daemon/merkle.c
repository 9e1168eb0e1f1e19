/* The Merkle tree of RFC 6962, section 2.1; the checks follow RFC 9162, 2.1.3.2 and
 * 2.1.4.2.
 *
 * Everything is asked as "the hash of leaves [from, to)". When the range is a perfect,
 * aligned subtree it is a kept node; else it is split where the RFC splits it, at the
 * largest power of two smaller than its length. */
#include "repo-daemon/merkle.h"

#include <string.h>

struct sha256 merkle_leaf(struct bytes entry)
{
    return hash_sha256_both(BYTES("\0"), entry);
}

struct sha256 merkle_pair(struct sha256 left, struct sha256 right)
{
    uint8_t text[1 + 2 * SHA256_SIZE] = { 1 };
    memcpy(text + 1, left.at, SHA256_SIZE);
    memcpy(text + 1 + SHA256_SIZE, right.at, SHA256_SIZE);
    return hash_sha256((struct bytes){ text, sizeof text });
}

/* The largest power of two that is smaller than `n`, for n >= 2; as an exponent. */
static unsigned split_level(uint64_t n)
{
    return 63u - (unsigned)__builtin_clzll(n - 1);
}

static enum rc range_hash(const struct merkle_nodes *nodes, uint64_t from, uint64_t to,
                          struct sha256 *ret_hash, struct fault *why)
{
    uint64_t len = to - from;
    if (!(len & (len - 1))) { /* RFC splits keep every range aligned to its length */
        unsigned level = (unsigned)__builtin_ctzll(len);
        return nodes->read(nodes->context, level, from >> level, ret_hash, why);
    }
    uint64_t middle = from + ((uint64_t)1 << split_level(len));
    struct sha256 left, right;
    enum rc rc = range_hash(nodes, from, middle, &left, why);
    if (!rc)
        rc = range_hash(nodes, middle, to, &right, why);
    if (!rc)
        *ret_hash = merkle_pair(left, right);
    return rc;
}

enum rc merkle_append(const struct merkle_nodes *nodes, uint64_t size, struct sha256 leaf,
                      struct fault *why)
{
    uint64_t index = size;
    enum rc rc = nodes->write(nodes->context, 0, index, leaf, why);
    for (unsigned level = 0; !rc && index & 1; level++) { /* a pair is complete: go up */
        struct sha256 left;
        rc = nodes->read(nodes->context, level, index - 1, &left, why);
        if (rc)
            break;
        leaf = merkle_pair(left, leaf);
        index >>= 1;
        rc = nodes->write(nodes->context, level + 1, index, leaf, why);
    }
    return rc;
}

enum rc merkle_root(const struct merkle_nodes *nodes, uint64_t size,
                    struct sha256 *ret_root, struct fault *why)
{
    if (size)
        return range_hash(nodes, 0, size, ret_root, why);
    *ret_root = hash_sha256(BYTES(""));
    return RC_OK;
}

enum rc merkle_prove(const struct merkle_nodes *nodes, uint64_t index, uint64_t size,
                     struct merkle_proof *ret_proof, struct fault *why)
{
    if (index >= size)
        return fault_set(why, RC_INVALID, 0, "merkle: leaf %llu of %llu",
                         (unsigned long long)index, (unsigned long long)size);
    struct merkle_proof down = { 0 }; /* root side first */
    uint64_t from = 0, to = size;
    while (to - from > 1) {
        uint64_t middle = from + ((uint64_t)1 << split_level(to - from));
        bool left = index < middle;
        enum rc rc = range_hash(nodes, left ? middle : from, left ? to : middle,
                                &down.at[down.count++], why);
        if (rc)
            return rc;
        from = left ? from : middle;
        to = left ? middle : to;
    }
    ret_proof->count = down.count;
    for (size_t i = 0; i < down.count; i++)
        ret_proof->at[i] = down.at[down.count - 1 - i];
    return RC_OK;
}

bool merkle_proof_holds(struct sha256 leaf, uint64_t index, uint64_t size,
                        struct sha256 root, const struct merkle_proof *proof)
{
    if (index >= size || proof->count > MERKLE_PROOF_MAX)
        return false;
    uint64_t node = index, last = size - 1;
    for (size_t i = 0; i < proof->count; i++) {
        if (!last)
            return false;
        if (node & 1 || node == last) {
            leaf = merkle_pair(proof->at[i], leaf);
            for (; !(node & 1) && node; node >>= 1)
                last >>= 1;
        } else {
            leaf = merkle_pair(leaf, proof->at[i]);
        }
        node >>= 1;
        last >>= 1;
    }
    return !last && hash_equal(&leaf, &root);
}

enum rc merkle_prove_growth(const struct merkle_nodes *nodes, uint64_t old_size,
                            uint64_t size, struct merkle_proof *ret_proof,
                            struct fault *why)
{
    if (old_size > size)
        return fault_set(why, RC_INVALID, 0, "merkle: from %llu to %llu is no growth",
                         (unsigned long long)old_size, (unsigned long long)size);
    struct merkle_proof down = { 0 };
    uint64_t from = 0, to = size;
    bool known = true; /* the subtree that ends at old_size is the whole old tree */
    if (!old_size || old_size == size)
        to = from;
    while (to > from && old_size != to) {
        uint64_t middle = from + ((uint64_t)1 << split_level(to - from));
        bool left = old_size <= middle;
        enum rc rc = range_hash(nodes, left ? middle : from, left ? to : middle,
                                &down.at[down.count++], why);
        if (rc)
            return rc;
        known = known && left;
        from = left ? from : middle;
        to = left ? middle : to;
    }
    if (!known) {
        enum rc rc = range_hash(nodes, from, to, &down.at[down.count++], why);
        if (rc)
            return rc;
    }
    ret_proof->count = down.count;
    for (size_t i = 0; i < down.count; i++)
        ret_proof->at[i] = down.at[down.count - 1 - i];
    return RC_OK;
}

bool merkle_growth_holds(uint64_t old_size, struct sha256 old_root, uint64_t size,
                         struct sha256 root, const struct merkle_proof *proof)
{
    if (old_size > size || proof->count > MERKLE_PROOF_MAX)
        return false;
    if (!old_size)
        return !proof->count;
    if (old_size == size)
        return !proof->count && hash_equal(&old_root, &root);

    uint64_t node = old_size - 1, last = size - 1;
    for (; node & 1; node >>= 1)
        last >>= 1;
    size_t next = 0;
    struct sha256 old_hash = old_root;
    if (node) { /* else the old tree is a perfect subtree, and its root the first hash */
        if (!proof->count)
            return false;
        old_hash = proof->at[next++];
    }
    struct sha256 hash = old_hash;
    for (; next < proof->count; next++) {
        if (!last)
            return false;
        if (node & 1 || node == last) {
            old_hash = merkle_pair(proof->at[next], old_hash);
            hash = merkle_pair(proof->at[next], hash);
            for (; !(node & 1) && node; node >>= 1)
                last >>= 1;
        } else {
            hash = merkle_pair(hash, proof->at[next]);
        }
        node >>= 1;
        last >>= 1;
    }
    return !last && hash_equal(&old_hash, &old_root) && hash_equal(&hash, &root);
}
