/* Labels to print: for the browser as a drawing (a sheet of twelve), for a label printer
 * as ZPL. Of a volume alone, or of a list of the counter with its volume and papers. */
#include "record/label_svg.h"
#include "record/label_zpl.h"
#include "repo-daemon/intake.h"
#include "repo-daemon/route.h"
#include "repo-daemon/settings.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX = 200, LABELS_MOST = INTAKE_LINES_MOST + 1 };

struct sheet {
    struct label_print print[LABELS_MOST];
    char text[LABELS_MOST][LABEL_TEXT_MAX];
    char title[LABELS_MOST][LINE_MAX], subtitle[LABELS_MOST][LINE_MAX];
    size_t count;
};

/* As much of the text as fits whole characters into the room. */
static void put_line(char room[LINE_MAX], const char *text)
{
    size_t len = strlen(text);
    len = len < LINE_MAX ? len : LINE_MAX - 1;
    while (len && text[len] && ((unsigned char)text[len] & 0xc0) == 0x80)
        len--;
    memcpy(room, text, len);
    room[len] = 0;
}

static void sheet_add(struct sheet *s, const char *text, const char *title,
                      const char *subtitle)
{
    size_t i = s->count;
    if (i == LABELS_MOST)
        return;
    snprintf(s->text[i], LABEL_TEXT_MAX, "%s", text);
    put_line(s->title[i], title);
    put_line(s->subtitle[i], subtitle);
    s->print[i] = (struct label_print){ s->text[i], s->title[i], s->subtitle[i] };
    s->count++;
}

static void sheet_add_volume(struct sheet *s, const json_t *volume,
                             const json_t *the_case)
{
    char what[LINE_MAX];
    snprintf(what, sizeof what, "%s 第 %lld 册",
             json_number(volume, "kind") == 2 ? "副卷" : "正卷",
             (long long)json_number(volume, "part"));
    sheet_add(s, json_text(volume, "volume"), json_text(the_case, "case_no"), what);
}

static void sheet_add_papers(struct sheet *s, const json_t *list, const json_t *the_case)
{
    const json_t *lines = json_object_get(list, "lines");
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *line = json_array_get(lines, i);
        char what[INTAKE_TITLE_MOST + LINE_MAX];
        enum intake_what kind = intake_what(json_text(line, "what"));
        if (!*json_text(line, "item") || !json_number(line, "counted"))
            continue;
        snprintf(what, sizeof what, "%s%s", kind == INTAKE_PAPER ? "" : "证物袋　",
                 json_text(line, "title"));
        sheet_add(s, json_text(line, "item"), json_text(the_case, "case_no"), what);
    }
}

static enum rc answer_svg(struct call *call, const struct sheet *s, struct fault *why)
{
    SCOPED(free_at) char *svg = NULL;
    size_t from = strtoul(call_query(call, "from"), NULL, 10);
    if (from >= s->count)
        return fault_set(why, RC_NOT_FOUND, 0, "没有更多的标签");
    size_t left = s->count - from;
    enum rc rc =
        label_svg(s->print + from, left < LABEL_SVG_SHEET ? left : LABEL_SVG_SHEET,
                  s->count == 1 ? LABEL_PAPER_ONE : LABEL_PAPER_SHEET, &svg, why);
    return rc ? rc
              : call_answer_text(call, "image/svg+xml",
                                 (struct bytes){ (uint8_t *)svg, strlen(svg) }, why);
}

static enum rc answer(struct call *call, const struct sheet *s, struct fault *why)
{
    SCOPED(free_at) char *zpl = NULL;
    const char *type = call_query(call, "type"), *font = call->settings->label_font;
    bool fine = !strcmp(type, "zpl300");
    if (!s->count)
        return fault_set(why, RC_NOT_FOUND, 0, "这张清单没有要贴标签的材料");
    if (!*type || !strcmp(type, "svg"))
        return answer_svg(call, s, why);
    if (strcmp(type, "zpl") != 0 && !fine)
        return fault_set(why, RC_INVALID, 0, "标签的样式应是 svg、zpl 或 zpl300");
    struct label_zpl_how how = { fine ? 12 : 8, *font ? font : NULL };
    enum rc rc = label_zpl(s->print, s->count, &how, &zpl, why);
    return rc ? rc
              : call_answer_text(call, "text/plain; charset=utf-8",
                                 (struct bytes){ (uint8_t *)zpl, strlen(zpl) }, why);
}

enum rc volume_labels(struct call *call, struct fault *why)
{
    SCOPED(json_free_at) json_t *volume = NULL;
    SCOPED(json_free_at) json_t *the_case = NULL;
    SCOPED(free_at) struct sheet *s = calloc(1, sizeof *s);
    enum rc rc = call_volume(call, call_part(call, "volume"), &volume, why);
    if (!rc)
        rc = call_may_see_volume(call, volume, why);
    if (!rc)
        rc = call_case(call, json_text(volume, "case"), &the_case, why);
    if (!rc && !s)
        rc = fault_set(why, RC_NO_MEMORY, 0, "no memory for labels");
    if (rc)
        return rc;
    sheet_add_volume(s, volume, the_case);
    return answer(call, s, why);
}

enum rc intake_labels(struct call *call, struct fault *why)
{
    SCOPED(json_free_at) json_t *list = NULL;
    SCOPED(json_free_at) json_t *volume = NULL;
    SCOPED(json_free_at) json_t *the_case = NULL;
    SCOPED(free_at) struct sheet *s = calloc(1, sizeof *s);
    enum rc rc = call_intake(call, &list, why);
    if (!rc && !strcmp(json_text(list, "kind"), "back"))
        rc = fault_set(why, RC_REFUSED, 0, "退还的材料不再贴标签");
    if (!rc)
        rc = call_case(call, json_text(list, "case"), &the_case, why);
    if (!rc && !s)
        rc = fault_set(why, RC_NO_MEMORY, 0, "no memory for labels");
    if (rc)
        return rc;
    if (!view_find(call->repo, VIEW_VOLUMES, json_text(list, "volume"), &volume))
        sheet_add_volume(s, volume, the_case);
    sheet_add_papers(s, list, the_case);
    return answer(call, s, why);
}
