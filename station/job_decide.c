/* What the operator decided about pictures, as JSON and back. A decision names its
 * picture by leaf and side, which no repair changes; so it stays with the picture when
 * that is moved, and comes back with it when a replacement is undone. */
#include "station/job.h"

#include "station/json_field.h"

enum {
    EDIT_ALL = EDIT_KEEP_AS_PAGE | EDIT_SET_BLANK | EDIT_MOVE | EDIT_TURN | EDIT_TITLE |
               EDIT_CHECKED
};

static void add_decisions(json_t *list, const struct job_image *images, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (images[i].edit || *images[i].seen_by)
            json_array_append_new(
                list,
                json_pack("{s:i,s:i,s:i,s:i,s:i,s:s,s:s}", "leaf", (int)images[i].leaf,
                          "side", (int)images[i].side, "edit", (int)images[i].edit, "row",
                          (int)images[i].edit_row, "turn", (int)images[i].turn_deg,
                          "title", images[i].edit_title, "seen", images[i].seen_by));
}

json_t *job_decisions_json(const struct job *job)
{
    json_t *list = json_array();
    add_decisions(list, job->images, job->count);
    add_decisions(list, job->gone, job->gone_count);
    return list;
}

void job_decide_all(struct job *job, const json_t *decisions)
{
    size_t i;
    json_t *one;
    json_array_foreach(decisions, i, one)
    {
        uint64_t leaf = 0, side = 0, edit = 0, row = 0, turn = 0;
        unsigned index = 0;
        if (!field_uint(one, "leaf", 1, job->leaves, &leaf) ||
            !field_uint(one, "side", SIDE_FRONT, SIDE_BACK, &side) ||
            !field_uint(one, "edit", 0, EDIT_ALL, &edit) ||
            !field_uint(one, "row", 0, JOB_ROWS_MAX, &row) ||
            !field_uint(one, "turn", 0, 270, &turn))
            continue;
        struct job_image *image =
            job_leaf_image(job, (unsigned)leaf, (enum side)side, &index);
        if (!image)
            continue;
        image->edit = (unsigned)edit;
        image->edit_row = (unsigned)row;
        if (!field_text(one, "title", image->edit_title, sizeof image->edit_title))
            image->edit_title[0] = '\0'; /* decided before titles could be */
        (void)field_text(one, "seen", image->seen_by, sizeof image->seen_by);
        image->turn_deg = (unsigned)turn / 90 * 90;
    }
}
