/* A stack for the soak: `soak_stack TRAY MARK <PAIRS`, a line "FRONT BACK" for each
 * sheet.
 *
 * Each side becomes a picture of its own, TRAY/0001-front.jpg and so on: the bytes of the
 * named picture with a comment that no other has. So every sheet of a soak can be told
 * from every other by its hash, and the repository keeps each of them. Writes sheets.tsv,
 * prints the hashes, a line for each side in the order of feeding. */
#include "sys/file.h"
#include "sys/hash.h"
#include "sys/scope.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_ROOM = 64, MARK_ROOM = 128, PICTURE_MOST = 16 * 1024 * 1024 };

/* Where a comment may stand: behind the start and the JFIF segment. */
static size_t comment_place(const uint8_t *jpeg, size_t len)
{
    bool jfif = len > 20 && jpeg[2] == 0xff && jpeg[3] == 0xe0;
    return jfif ? 4 + ((size_t)jpeg[4] << 8 | jpeg[5]) : 2;
}

static enum rc stamp(int dir, const char *from, const char *to, const char *mark,
                     struct fault *why)
{
    SCOPED(free_at) char *jpeg = NULL;
    size_t len = 0, mark_len = strlen(mark);
    enum rc rc = file_read(dir, from, PICTURE_MOST, &jpeg, &len, why);
    if (rc)
        return rc;
    size_t at = comment_place((uint8_t *)jpeg, len), whole = len + 4 + mark_len;
    SCOPED(free_at) uint8_t *out = malloc(whole);
    if (!out || at > len)
        return fault_set(why, RC_CORRUPT, 0, "'%s' is no picture", from);
    memcpy(out, jpeg, at);
    memcpy(out + at, (uint8_t[]){ 0xff, 0xfe, 0, (uint8_t)(mark_len + 2) }, 4);
    memcpy(out + at + 4, mark, mark_len);
    memcpy(out + at + 4 + mark_len, jpeg + at, len - at);
    struct bytes data = { out, whole };
    char hex[SHA256_HEX];
    hash_hex(hash_sha256(data), hex);
    printf("%s\n", hex);
    return file_put(dir, to, data, why);
}

static enum rc make(int dir, const char *mark, FILE *table, struct fault *why)
{
    char name[2][NAME_ROOM], to[2][NAME_ROOM], text[MARK_ROOM];
    static const char *const sides[] = { "front", "back" };
    enum rc rc = RC_OK;
    fprintf(table, "sheet\tfront\tback\n");
    for (unsigned n = 1; !rc && scanf("%63s %63s", name[0], name[1]) == 2; n++) {
        for (int i = 0; i < 2 && !rc; i++) {
            snprintf(text, sizeof text, "%s %u %s", mark, n, sides[i]);
            snprintf(to[i], sizeof to[i], "%04u-%s.jpg", n, sides[i]);
            rc = stamp(dir, name[i], to[i], text, why);
        }
        fprintf(table, "%u\t%s\t%s\n", n, to[0], to[1]);
    }
    return rc;
}

int main(int argc, char **argv)
{
    struct fault why = { 0 };
    int dir = -1;
    if (argc != 3 || strlen(argv[2]) > MARK_ROOM / 2) {
        fprintf(stderr, "usage: soak_stack TRAY MARK <PAIRS\n");
        return 1;
    }
    enum rc rc = file_open_folder(argv[1], &dir, &why);
    int fd = rc ? -1 : openat(dir, ".sheets", O_WRONLY | O_CREAT | O_TRUNC, 0644);
    FILE *table = fd < 0 ? NULL : fdopen(fd, "w");
    if (!rc && !table)
        rc = fault_set(&why, RC_IO, 0, "'%s' cannot be written", argv[1]);
    if (!rc)
        rc = make(dir, argv[2], table, &why);
    if (!rc && (fclose(table) || renameat(dir, ".sheets", dir, "sheets.tsv")))
        rc = fault_set(&why, RC_IO, 0, "sheets.tsv cannot be written");
    if (rc)
        fprintf(stderr, "soak_stack: %s\n", why.text);
    return rc != RC_OK;
}
