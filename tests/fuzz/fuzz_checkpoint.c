/* Any bytes as a key, a checkpoint, a request to a witness and a proof file: never a
 * crash; a checkpoint that is taken is the only text for its size and root. */
#include "repo-daemon/checkpoint.h"
#include "repo-daemon/ledger_keys.h"
#include "repo-daemon/ledger_verify.h"
#include "repo-daemon/witness.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The example key of Go's sumdb/note, so that the corpus can hold what it signed. */
static const char signer[] =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes text = { data, size };
    struct checkpoint_key key;
    struct checkpoint head;
    struct ledger_report report;
    char again[CHECKPOINT_TEXT_MAX];
    if (checkpoint_key_read_signer(
            (struct bytes){ (const uint8_t *)signer, sizeof signer - 1 }, &key, NULL))
        abort();
    if (!checkpoint_read(text, &key, &head, NULL) &&
        (checkpoint_write(&head, &key, again, NULL) || strlen(again) != size ||
         memcmp(again, data, size) != 0))
        abort();
    struct checkpoint_key other = { .kind = CHECKPOINT_WITNESS, .name = "w" };
    struct ledger_keys keys = { .trusted = NULL };
    char note[COSIGN_TEXT_MAX];
    (void)!cosign_read(text, &key, &other, &head, NULL, NULL);
    (void)!witness_cosign("/nowhere", text, 1, note, NULL);
    (void)!ledger_keys_add(&keys, text, NULL);
    (void)!checkpoint_key_read_verifier(text, &key, NULL);
    (void)!checkpoint_key_read_signer(text, &key, NULL);
    (void)!ledger_verify_proof(text, NULL, &report, NULL);
    return 0;
}
