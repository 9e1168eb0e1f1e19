/* Runs a fuzz target over its corpus: `replay FILE-OR-FOLDER...`. A crash is the failure.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return 1;
    static uint8_t data[1 << 20];
    size_t len = fread(data, 1, sizeof data, f);
    fclose(f);
    uint8_t *exact = malloc(len ? len : 1); /* so that a sanitizer sees the true end */
    if (!exact)
        return 1;
    memcpy(exact, data, len);
    LLVMFuzzerTestOneInput(exact, len);
    free(exact);
    return 0;
}

int main(int argc, char **argv)
{
    int files = 0, failed = 0;
    for (int i = 1; i < argc; i++) {
        DIR *dir = opendir(argv[i]);
        if (!dir) {
            failed += replay_file(argv[i]);
            files++;
            continue;
        }
        for (struct dirent *e; (e = readdir(dir));) {
            char path[4096];
            if (e->d_name[0] == '.' || snprintf(path, sizeof path, "%s/%s", argv[i],
                                                e->d_name) >= (int)sizeof path)
                continue;
            failed += replay_file(path);
            files++;
        }
        closedir(dir);
    }
    printf("%s - %d inputs\n", files && !failed ? "ok" : "not ok", files);
    return files && !failed ? 0 : 1;
}
