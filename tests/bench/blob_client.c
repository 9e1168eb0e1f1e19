/* blob_client CERT URL LIST [FOLDER]: one client that keeps its connection and puts the
 * files of LIST ("name path" lines) under URL/name. With FOLDER, where the server's files
 * are, each is flushed there before the next one is sent, and the folder as well: what a
 * server has done that promises what ours promises. JUANKU_TOKEN is sent when it is set.
 * Prints the seconds that it took. */
#include <curl/curl.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void must(int good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "blob_client: %s\n", what);
    exit(1);
}

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t swallow(__attribute__((unused)) char *at, size_t size, size_t count,
                      __attribute__((unused)) void *context)
{
    return size * count;
}

static void put(CURL *curl, const char *url, const char *path)
{
    struct stat st;
    FILE *file = fopen(path, "rb");
    must(file && !fstat(fileno(file), &st), path);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_READDATA, file);
    curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)st.st_size);
    must(curl_easy_perform(curl) == CURLE_OK, url);
    fclose(file);
}

static void flush(const char *folder, const char *name)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, O_RDONLY), dir = open(folder, O_RDONLY | O_DIRECTORY);
    must(fd >= 0 && dir >= 0 && !fsync(fd) && !fsync(dir), path);
    close(fd);
    close(dir);
}

int main(int argc, char **argv)
{
    must(argc == 4 || argc == 5, "usage: blob_client CERT URL LIST [FOLDER]");
    curl_global_init(CURL_GLOBAL_DEFAULT);
    CURL *curl = curl_easy_init();
    FILE *list = fopen(argv[3], "r");
    must(curl && list, argv[3]);
    struct curl_slist *headers = curl_slist_append(NULL, "Expect:");
    char line[PATH_MAX + 256], name[128], path[PATH_MAX], url[PATH_MAX], token[512];
    if (getenv("JUANKU_TOKEN")) {
        snprintf(token, sizeof token, "Authorization: Bearer %.400s",
                 getenv("JUANKU_TOKEN"));
        headers = curl_slist_append(headers, token);
    }
    curl_easy_setopt(curl, CURLOPT_CAINFO, argv[1]);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, swallow);
    double from = now_s();
    while (fgets(line, sizeof line, list)) {
        must(sscanf(line, "%127s %4095s", name, path) == 2, line);
        snprintf(url, sizeof url, "%.2000s/%s", argv[2], name);
        put(curl, url, path);
        if (argc == 5)
            flush(argv[4], name);
    }
    printf("%.4f\n", now_s() - from);
    fclose(list);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return 0;
}
