/* A repository with volumes in the archive whose terms are over, made for the tests of
 * the command and of the page: in the folder PURGE_HOUSE names, which stays; without it
 * in one that goes. The labels stand in FOLDER/labels: two 正卷 that share a page, a
 * 副卷, one that is kept for ever, and one of many files. */
#include "unit/purge_fixture.h"

#include <stdio.h>

enum { FEEDINGS = 10, PAGES = 30 };

static FILE *told;

static void tell(const char *label)
{
    (void)fprintf(told, "%s\n", label);
}

static void many_files(void)
{
    static char texts[PAGES][40];
    char label[LABEL_TEXT_MAX];
    const char *pages[PAGES];
    snprintf(label, sizeof label, "%s", fixture_part(1, 9));
    for (size_t f = 0; f < FEEDINGS; f++) {
        for (size_t i = 0; i < PAGES; i++) {
            snprintf(texts[i], sizeof texts[i], "第%zu次第%zu页", f, i);
            pages[i] = texts[i];
        }
        if (f)
            CHECK_INT(201, purge_feed(label, "supplement", pages, PAGES, NULL));
        else
            purge_scan(label, pages, PAGES);
    }
    purge_archive(label, "short", "2020-12-31");
    tell(label);
}

static void fill(void)
{
    static const char *const first[] = { "甲一", "甲二", "共用" },
                             *const second[] = { "乙一", "共用" },
                             *const inner[] = { "副" }, *const kept[] = { "丙" };
    char label[LABEL_TEXT_MAX];
    fixture_volume();
    purge_volume(1, 2, first, COUNT(first), label);
    tell(label);
    purge_volume(1, 3, second, COUNT(second), label);
    tell(label);
    purge_volume(2, 1, inner, COUNT(inner), label);
    tell(label);
    snprintf(label, sizeof label, "%s", fixture_part(1, 4));
    purge_scan(label, kept, COUNT(kept));
    purge_archive(label, "permanent", "");
    tell(label);
    many_files();
}

/* As fixture(), in a folder that stays. */
static void here(const char *folder)
{
    CHECK(strlen(folder) < sizeof at.folder);
    snprintf(at.folder, sizeof at.folder, "%s", folder);
    CHECK_OK(repo_create(at.folder, "粤0399", NULL, NULL));
    CHECK_OK(repo_open(at.folder, &at.repo, NULL));
    conf_presets(repo_settings_keys, repo_settings_count, &at.settings);
    snprintf(at.settings.archive, sizeof at.settings.archive, "%s", at.folder);
    for (size_t row = 0; roles_word(row); row++)
        if (roles_word(row)->bit != ROLE_RACK)
            fixture_person(row);
}

TEST(house, has_volumes_whose_term_is_over)
{
    char path[100];
    const char *folder = getenv("PURGE_HOUSE");
    json_t *answer = NULL;
    if (folder)
        here(folder);
    else
        fixture();
    snprintf(path, sizeof path, "%s/labels", at.folder);
    told = fopen(path, "w");
    CHECK(told != NULL);
    fill();
    CHECK(!fclose(told));
    CHECK_INT(200, call_by(ROLE_SUPERVISOR, "GET", "/v1/retention", NULL, NULL, &answer));
    CHECK_INT(4, json_array_size(json_object_get(answer, "volumes")));
    json_decref(answer);
    purge_rebuilt_same();
    if (!folder)
        return;
    repo_close(at.repo);
    at.repo = NULL;
}
