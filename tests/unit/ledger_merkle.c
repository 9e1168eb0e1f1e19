/* The Merkle tree against the vectors of Certificate Transparency, and against itself for
 * every size up to 200. */
#include "check.h"

#include "repo-daemon/merkle_memory.h"

enum { SIZES = 200 };

static const struct {
    struct bytes leaf;
    const char *root; /* of the tree that ends with it */
} vectors[] = {
    { BYTES(""), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d" },
    { BYTES("\0"), "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125" },
    { BYTES("\x10"), "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77" },
    { BYTES("\x20\x21"),
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7" },
    { BYTES("\x30\x31"),
      "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4" },
    { BYTES("\x40\x41\x42\x43"),
      "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef" },
    { BYTES("\x50\x51\x52\x53\x54\x55\x56\x57"),
      "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c" },
    { BYTES("\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"),
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328" },
};

static struct merkle_memory *tree_of(unsigned leaves)
{
    struct merkle_memory *tree = merkle_memory_new();
    for (unsigned i = 0; i < leaves; i++)
        merkle_memory_add(tree, merkle_leaf((struct bytes){ (uint8_t *)&i, sizeof i }));
    return tree;
}

static struct sha256 leaf_of(unsigned i)
{
    return merkle_leaf((struct bytes){ (uint8_t *)&i, sizeof i });
}

TEST(merkle_root, agrees_with_certificate_transparency)
{
    char hex[SHA256_HEX];
    struct merkle_memory *tree = merkle_memory_new();
    hash_hex(merkle_memory_root(tree), hex);
    CHECK_TEXT("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", hex);
    for (size_t i = 0; i < COUNT(vectors); i++) {
        merkle_memory_add(tree, merkle_leaf(vectors[i].leaf));
        hash_hex(merkle_memory_root(tree), hex);
        CHECK_TEXT(vectors[i].root, hex);
    }
    merkle_memory_free(tree);
}

TEST(merkle_prove, agrees_with_certificate_transparency)
{
    static const char *const path[] = {
        /* leaf 5 of 8 */
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    };
    struct merkle_memory *tree = merkle_memory_new();
    for (size_t i = 0; i < COUNT(vectors); i++)
        merkle_memory_add(tree, merkle_leaf(vectors[i].leaf));
    struct merkle_nodes nodes = merkle_memory_nodes(tree);
    struct merkle_proof proof;
    CHECK_OK(merkle_prove(&nodes, 5, 8, &proof, NULL));
    CHECK_INT(3, proof.count);
    for (size_t i = 0; i < COUNT(path); i++) {
        char hex[SHA256_HEX];
        hash_hex(proof.at[i], hex);
        CHECK_TEXT(path[i], hex);
    }
    merkle_memory_free(tree);
}

TEST(merkle_prove, holds_for_each_leaf_of_each_size_and_for_no_other)
{
    struct merkle_memory *tree = tree_of(SIZES);
    struct merkle_nodes nodes = merkle_memory_nodes(tree);
    for (uint64_t size = 1; size <= SIZES; size++) {
        struct sha256 root;
        CHECK_OK(merkle_root(&nodes, size, &root, NULL));
        for (uint64_t index = 0; index < size; index++) {
            struct merkle_proof proof;
            struct sha256 leaf = leaf_of((unsigned)index);
            CHECK_OK(merkle_prove(&nodes, index, size, &proof, NULL));
            CHECK(merkle_proof_holds(leaf, index, size, root, &proof));
            CHECK(size == 1 ||
                  !merkle_proof_holds(leaf, (index + 1) % size, size, root, &proof));
            CHECK(!merkle_proof_holds(leaf_of(SIZES + 1), index, size, root, &proof));
            if (!proof.count)
                continue;
            proof.at[index % proof.count].at[index % SHA256_SIZE] ^= 1;
            CHECK(!merkle_proof_holds(leaf, index, size, root, &proof));
            proof.at[index % proof.count].at[index % SHA256_SIZE] ^= 1;
            proof.count--;
            CHECK(!merkle_proof_holds(leaf, index, size, root, &proof));
        }
    }
    merkle_memory_free(tree);
}

TEST(merkle_prove_growth, holds_between_each_two_sizes)
{
    struct merkle_memory *tree = tree_of(SIZES);
    struct merkle_nodes nodes = merkle_memory_nodes(tree);
    struct sha256 roots[SIZES + 1];
    for (uint64_t size = 0; size <= SIZES; size++)
        CHECK_OK(merkle_root(&nodes, size, &roots[size], NULL));
    for (uint64_t to = 0; to <= SIZES; to++)
        for (uint64_t from = 0; from <= to; from++) {
            struct merkle_proof proof;
            CHECK_OK(merkle_prove_growth(&nodes, from, to, &proof, NULL));
            CHECK(merkle_growth_holds(from, roots[from], to, roots[to], &proof));
            if (!from || from == to)
                continue;
            CHECK(!merkle_growth_holds(from, roots[from - 1], to, roots[to], &proof));
            CHECK(!merkle_growth_holds(from, roots[from], to, roots[to - 1], &proof));
        }
    merkle_memory_free(tree);
}

TEST(merkle_prove, refuses_what_is_not_in_the_tree)
{
    struct merkle_memory *tree = tree_of(3);
    struct merkle_nodes nodes = merkle_memory_nodes(tree);
    struct merkle_proof proof;
    CHECK_RC(RC_INVALID, merkle_prove(&nodes, 3, 3, &proof, NULL));
    CHECK_RC(RC_INVALID, merkle_prove(&nodes, 0, 0, &proof, NULL));
    CHECK_RC(RC_INVALID, merkle_prove_growth(&nodes, 4, 3, &proof, NULL));
    CHECK_RC(RC_NOT_FOUND, merkle_prove(&nodes, 0, 4, &proof, NULL));
    merkle_memory_free(tree);
}
