/* Jobs and sheets as JSON: bounds, and texts that are cut. */
#include "check.h"

#include "station/job.h"
#include "station/json_field.h"

static json_t *job_json(void)
{
    struct job *job = job_new();
    snprintf(job->volume, sizeof job->volume, "V44039920260301010027100159");
    snprintf(job->kind, sizeof job->kind, "first");
    job->sheets_declared = 17;
    json_t *json = job_to_json(job);
    job_free(job);
    return json;
}

static enum rc read_with(const char *key, json_t *value)
{
    struct job *job = NULL;
    json_t *decisions = NULL, *json = job_json();
    json_object_set_new(json, key, value);
    enum rc rc = job_from_json(json, &job, &decisions, NULL);
    json_decref(decisions);
    json_decref(json);
    job_free(job);
    return rc;
}

TEST(job_from_json, takes_one_to_two_thousand_sheets)
{
    CHECK_RC(RC_CORRUPT, read_with("sheets_declared", json_integer(0)));
    CHECK_OK(read_with("sheets_declared", json_integer(1)));
    CHECK_OK(read_with("sheets_declared", json_integer(JOB_SHEETS_MAX)));
    CHECK_RC(RC_CORRUPT, read_with("sheets_declared", json_integer(JOB_SHEETS_MAX + 1)));
    CHECK_RC(RC_CORRUPT, read_with("sheets_declared", json_integer(-1)));
    CHECK_RC(RC_CORRUPT, read_with("sheets_declared", json_string("17")));
}

TEST(job_from_json, believes_no_wrong_label_state_or_id)
{
    CHECK_RC(RC_CORRUPT, read_with("volume", json_string("V44039920260301010027100158")));
    CHECK_RC(RC_CORRUPT, read_with("volume", json_string("T10671")));
    CHECK_RC(RC_CORRUPT, read_with("state", json_string("flying")));
    CHECK_RC(RC_CORRUPT, read_with("kind", json_string("third")));
    CHECK_RC(RC_CORRUPT, read_with("job", json_string("../../../../etc/passwd")));
}

static json_t *sheet_json(void)
{
    struct capture sides[2] = { { .file = "0003-front.jpg" },
                                { .file = "0003-back.jpg" } };
    for (int i = 0; i < 2; i++) {
        memset(sides[i].sha256, 'a', SHA256_HEX - 1);
        snprintf(sides[i].type, sizeof sides[i].type, "image/jpeg");
        snprintf(sides[i].mode, sizeof sides[i].mode, "Gray");
        sides[i].bytes = 1000;
        sides[i].dpi = 300;
        sides[i].width_px = sides[i].height_px = 100;
    }
    return sheet_to_json(3, sides, 2, NULL);
}

TEST(sheet_from_json, gives_back_what_was_written_for_its_own_number_only)
{
    struct capture sides[2];
    unsigned count = 0;
    json_t *repair = NULL;
    json_t *json = sheet_json();
    CHECK_OK(sheet_from_json(json, 3, sides, &count, &repair, NULL));
    CHECK_INT(2, count);
    CHECK_TEXT("0003-back.jpg", sides[1].file);
    CHECK_INT(1000, sides[1].bytes);
    CHECK_RC(RC_CORRUPT, sheet_from_json(json, 4, sides, &count, &repair, NULL));
    json_decref(json);
}

TEST(sheet_from_json, leads_to_no_other_file)
{
    static const char *const names[] = { "0003-back.jpg", "../0003-front.jpg",
                                         "/etc/passwd", "" };
    struct capture sides[2];
    unsigned count = 0;
    json_t *repair = NULL;
    for (size_t i = 0; i < COUNT(names); i++) {
        json_t *json = sheet_json();
        json_t *front = json_array_get(json_object_get(json, "images"), 0);
        json_object_set_new(front, "file", json_string(names[i]));
        CHECK_RC(RC_CORRUPT, sheet_from_json(json, 3, sides, &count, &repair, NULL));
        json_decref(json);
    }
}

TEST(job_decide_all, leaves_out_what_does_not_exist)
{
    struct job *job = job_new();
    struct capture side = { .file = "0001-front.jpg" };
    job_add_sheet(job, &side, 1);
    json_t *list =
        json_loads("[{\"leaf\":2,\"side\":0,\"edit\":4,\"row\":6,\"turn\":0},"
                   "{\"leaf\":1,\"side\":0,\"edit\":99,\"row\":6,\"turn\":0},"
                   "{\"leaf\":1,\"side\":1,\"edit\":4,\"row\":6,\"turn\":0},"
                   "{\"leaf\":1,\"side\":0,\"edit\":12,\"row\":99,\"turn\":90}]",
                   0, NULL);
    job_decide_all(job, list);
    CHECK_INT(EDIT_MOVE | EDIT_TURN, job->images[0].edit);
    CHECK_INT(90, job->images[0].turn_deg);
    CHECK_INT(JOB_ROWS_MAX, job->images[0].edit_row);
    json_decref(list);
    job_free(job);
}

TEST(field_print, never_leaves_half_a_character)
{
    char text[8];
    field_print(text, sizeof text, "%s", "卷卷卷");
    CHECK_TEXT("卷卷", text);
    field_print(text, sizeof text, "%s", "1234567");
    CHECK_TEXT("1234567", text);
    for (size_t room = 1; room < 24; room++) {
        char cut[24];
        field_print(cut, room, "%s", "a卷bé卷卷c");
        json_t *json = json_string(cut);
        CHECK(json != NULL); /* jansson takes UTF-8 only */
        json_decref(json);
    }
}
