/* Finding: last digits, parts of names, first letters; and lists that go on at their
 * cursor without looking at everything. */
#include "repo_fixture.h"

#include "record/case_no.h"
#include "repo-daemon/apply.h"
#include "repo-daemon/paging.h"
#include "repo-daemon/pinyin.h"

TEST(pinyin, spells_names_and_every_reading_of_those_with_several)
{
    char s[PINYIN_SPELLINGS_MAX][PINYIN_LETTERS_MAX];
    CHECK_INT(1, pinyin_spell("张三", s));
    CHECK_TEXT("ZS", s[0]);
    CHECK_INT(1, pinyin_spell("民间借贷纠纷", s));
    CHECK_TEXT("MJJDJF", s[0]);
    CHECK_INT(2, pinyin_spell("单某", s));
    CHECK_TEXT("DM", s[0]);
    CHECK_TEXT("SM", s[1]);
    CHECK_INT(4, pinyin_spell("曾解", s)); /* C Z, J X */
    CHECK_INT(1, pinyin_spell("ABC（深圳）3号公司", s));
    CHECK_TEXT("ABCSZ3HGS", s[0]);
    CHECK_INT(0, pinyin_spell("，。", s));
    CHECK_INT(0, pinyin_spell("", s));
    CHECK_INT(1,
              pinyin_spell("\xe5\xbc张\xff三\xe4", s)); /* broken UTF-8 is passed over */
    CHECK_TEXT("ZS", s[0]);
    char longest[400] = "";
    for (int i = 0; i < 60; i++)
        strcat(longest, "单");
    CHECK_INT(PINYIN_SPELLINGS_MAX, pinyin_spell(longest, s));
    CHECK_INT(PINYIN_LETTERS_MAX - 1, strlen(s[PINYIN_SPELLINGS_MAX - 1]));
}

static void add_case(unsigned number, const char *plaintiff, const char *defendant,
                     const char *cause)
{
    char text[64];
    snprintf(text, sizeof text, "(2026)粤0399民初%u号", number);
    CHECK_INT(201, call_by(ROLE_CATALOGUER, "POST", "/v1/cases", NULL,
                           json_pack("{s:s, s:s, s:s, s:s, s:s}", "case_no", text,
                                     "cause", cause, "plaintiff", plaintiff, "defendant",
                                     defendant, "case_type", "民事一审"),
                           NULL));
    char id[64];
    snprintf(id, sizeof id, "44039920260301%06u", number);
    CHECK_INT(201, call_by(ROLE_CATALOGUER, "POST", "/v1/cases/{case}/volumes",
                           json_pack("{s:s}", "case", id),
                           json_pack("{s:i, s:i}", "kind", 1, "part", 1), NULL));
}

static void world(void)
{
    static bool made;
    if (made)
        return;
    made = true;
    fixture();
    add_case(10027, "张三", "李四", "民间借贷纠纷");
    add_case(10031, "陈立群", "某某物业管理（广州）有限公司", "物业服务合同纠纷");
    add_case(20027, "单雄信", "张三丰", "买卖合同纠纷");
    add_case(35, "ABC Trading Ltd", "重庆某商贸公司", "买卖合同纠纷");
}

static json_t *asked(const char *path, json_t *query)
{
    json_t *answer = NULL;
    CHECK_INT(200, call_with(at.tokens[row_of(ROLE_QC)], "GET", path, NULL, query, NULL,
                             &answer));
    return answer;
}

/* How many cases and, each having one, volumes this finds. */
static size_t finds(const char *q)
{
    json_t *cases = asked("/v1/cases", json_pack("{s:s}", "q", q));
    json_t *volumes = asked("/v1/volumes", json_pack("{s:s}", "q", q));
    size_t count = json_array_size(json_object_get(cases, "cases"));
    if (count != json_array_size(json_object_get(volumes, "volumes")))
        fail_msg("'%s': %zu cases, %zu volumes", q, count,
                 json_array_size(json_object_get(volumes, "volumes")));
    json_decref(cases);
    json_decref(volumes);
    return count;
}

TEST(find, leads_to_a_case_by_anything_that_people_remember)
{
    static const struct {
        const char *q;
        size_t count;
    } cases[] = {
        { "0027", 2 },
        { "10027", 1 },
        { "27", 2 },
        { "000035", 1 },
        { "5", 1 },
        { "9999", 0 },
        { "张三", 2 },
        { "三丰", 1 },
        { "张", 2 },
        { "物业", 1 },
        { "买卖合同", 2 },
        { "有限公司", 1 },
        { "zs", 2 },
        { "ZSF", 1 },
        { "mjjd", 1 },
        { "sxx", 1 },
        { "dxx", 1 },
        { "mmht", 2 },
        { "cq", 1 },
        { "zq", 1 },
        { "abc", 1 },
        { "Trading", 1 },
        { "某某物业管理（广州）有限公司", 1 },
        { "某某物业管理（广州）有限责任公司", 0 },
        { "民初10027号", 1 },
        { "民初10027", 1 },
        { "民终10027号", 0 },
        { "(2026)粤0399民初20027号", 1 },
        { "〔2026〕粤0399民初 20027 号", 1 },
        { "44039920260301", 4 },
        { "44039920260301010031", 1 },
        { "没有的人", 0 },
        { "/", 0 },
        { "%", 0 },
    };
    world();
    for (size_t i = 0; i < COUNT(cases); i++)
        if (finds(cases[i].q) != cases[i].count)
            fail_msg("'%s' finds %zu", cases[i].q, finds(cases[i].q));
    char longest[400];
    memset(longest, 'x', sizeof longest);
    longest[sizeof longest - 1] = 0;
    CHECK_INT(0, finds(longest));
    json_t *one = asked("/v1/volumes", json_pack("{s:s}", "q", VOLUME));
    CHECK_INT(1, json_array_size(json_object_get(one, "volumes")));
    json_decref(one);
}

TEST(cursors, are_refused_for_another_list_and_when_made_up)
{
    world();
    json_t *page = asked("/v1/volumes", json_pack("{s:s, s:s}", "limit", "1", "q", "张"));
    const char *next = json_text(page, "next");
    CHECK(*next && !strpbrk(next, "+/=& "));
    static const char *const paths[] = { "/v1/cases", "/v1/volumes", "/v1/loans",
                                         "/v1/notices" };
    for (size_t i = 0; i < COUNT(paths); i++)
        CHECK_INT(400, call_with(at.tokens[row_of(ROLE_QC)], "GET", paths[i], NULL,
                                 json_pack("{s:s}", "cursor", next), NULL, NULL));
    static const char *const made_up[] = { "x", "V44039920260301010027100159", "AAAA",
                                           "MSAKVg", "====" };
    for (size_t i = 0; i < COUNT(made_up); i++) {
        json_t *answer = NULL;
        CHECK_INT(400,
                  call_with(at.tokens[row_of(ROLE_QC)], "GET", "/v1/volumes", NULL,
                            json_pack("{s:s}", "cursor", made_up[i]), NULL, &answer));
        check_says("从第一页看起", answer);
    }
    json_decref(page);
}

/* Page by page to the end; each label once, in order. */
static size_t walk(const char *path, const char *name, const char *label, json_t *query,
                   const char *limit)
{
    char cursor[1000] = "", before[64] = "";
    size_t seen = 0, pages = 0;
    do {
        json_t *ask = json_copy(query);
        json_object_set_new(ask, "limit", json_string(limit));
        json_object_set_new(ask, "cursor", json_string(cursor));
        json_t *page = asked(path, ask);
        const json_t *list = json_object_get(page, name);
        for (size_t i = 0; i < json_array_size(list); i++, seen++) {
            const char *now = json_text(json_array_get(list, i), label);
            CHECK(strcmp(before, now) < 0);
            snprintf(before, sizeof before, "%s", now);
        }
        snprintf(cursor, sizeof cursor, "%s", json_text(page, "next"));
        json_decref(page);
    } while (*cursor && ++pages < 2000);
    json_decref(query);
    CHECK(!*cursor);
    return seen;
}

#ifdef __SANITIZE_ADDRESS__
enum { MANY = 5000 }; /* it is slow there, and looks for other things */
#else
enum { MANY = 50000 };
#endif
enum { OF_CASE = 20, STATES = 4 };

struct filling {
    struct store_txn *txn;
    unsigned from;
};

/* Entries as events would leave them, without the events. */
static enum rc fill(struct store_txn *txn, void *context, struct fault *why)
{
    static const char *const states[STATES] = { "received", "scanned", "shelved",
                                                "lent" };
    const struct filling *f = context;
    enum rc rc = RC_OK;
    for (unsigned i = f->from; !rc && i < f->from + MANY / 10; i++) {
        char label[LABEL_TEXT_MAX], id[32];
        struct label l = { .type = LABEL_VOLUME,
                           .kind = 1,
                           .part = (uint16_t)(i % OF_CASE + 1) };
        snprintf(id, sizeof id, "44039920250301%06u", i / OF_CASE + 1);
        memcpy(l.case_id, id, LABEL_CASE_DIGITS);
        if (label_write(&l, label))
            return RC_INVALID;
        json_t *v = json_pack("{s:s, s:s, s:i, s:i, s:s, s:s, s:s, s:s}", "volume", label,
                              "case", l.case_id, "kind", 1, "part", (int)l.part, "state",
                              states[i % STATES], "holder",
                              at.badges[row_of(i % 100 ? ROLE_KEEPER : ROLE_BORROWER)],
                              "to", "", "slot", "");
        rc = view_put(at.repo, txn, VIEW_VOLUMES, label, v, why);
        json_decref(v);
    }
    return rc;
}

static unsigned long long entries_seen;
json_t *__real_json_text_read(struct bytes text);
json_t *__wrap_json_text_read(struct bytes text);
json_t *__wrap_json_text_read(struct bytes text)
{
    entries_seen++;
    return __real_json_text_read(text);
}

/* What is looked at for one page does not grow with the house. */
static void looks_at_few(const char *path, json_t *query, size_t page)
{
    json_object_set_new(query, "limit", json_string("50"));
    entries_seen = 0;
    json_decref(asked(path, query));
    if (entries_seen > page * 8 + 60)
        fail_msg("%s looked at %llu entries", path, entries_seen);
}

TEST(lists, are_right_and_short_ways_with_fifty_thousand_volumes)
{
    world();
    for (unsigned from = 0; from < MANY; from += MANY / 10)
        CHECK_OK(
            store_update(at.repo->store, fill, &(struct filling){ NULL, from }, NULL));
    const char *keeper = badge_of(ROLE_KEEPER), *borrower = badge_of(ROLE_BORROWER);
    CHECK_INT(MANY / STATES, walk("/v1/volumes", "volumes", "volume",
                                  json_pack("{s:s}", "state", "shelved"), "500"));
    CHECK_INT(MANY / 100, walk("/v1/volumes", "volumes", "volume",
                               json_pack("{s:s}", "holder", borrower), "77"));
    CHECK_INT(OF_CASE, walk("/v1/volumes", "volumes", "volume",
                            json_pack("{s:s}", "q", "44039920250301000077"), "3"));
    CHECK_INT(0,
              walk("/v1/volumes", "volumes", "volume",
                   json_pack("{s:s, s:s}", "state", "bound", "holder", keeper), "500"));
    looks_at_few("/v1/volumes", json_object(), 50);
    looks_at_few("/v1/volumes", json_pack("{s:s}", "state", "lent"), 50);
    looks_at_few("/v1/volumes", json_pack("{s:s}", "holder", keeper), 50);
    looks_at_few("/v1/volumes", json_pack("{s:s}", "q", "0027"), 50);
    looks_at_few("/v1/volumes", json_pack("{s:s}", "q", "zs"), 50);
    looks_at_few("/v1/cases", json_pack("{s:s}", "q", "张三"), 50);
    looks_at_few("/v1/loans", json_pack("{s:s}", "state", "out"), 50);
    looks_at_few("/v1/notices", json_object(), 50);
    looks_at_few("/v1/board", json_object(), 50);
    json_t *board = asked("/v1/board", NULL);
    CHECK_INT(MANY / STATES, json_number(json_object_get(board, "states"), "shelved"));
    json_decref(board);
}

/* The counts of people and departments, against counting everything. */
struct count {
    const char *badge;
    json_t *cases;
    int64_t volumes;
};

static bool count_one(const char *key, json_t *v, void *context)
{
    struct count *c = context;
    (void)key;
    if (strcmp(json_text(v, "holder"), c->badge) != 0)
        return true;
    json_object_set_new(c->cases, json_text(v, "case"), json_true());
    c->volumes++;
    return true;
}

TEST(board, counts_cases_and_volumes_as_they_are)
{
    SCOPED(store_abort_at) struct store_txn *txn = NULL;
    json_t *board = asked("/v1/board", NULL), *one;
    const json_t *holders = json_object_get(board, "holders");
    size_t i;
    CHECK(json_array_size(holders) >= 2);
    CHECK_OK(store_begin_read(at.repo->store, &txn, NULL));
    json_array_foreach(holders, i, one)
    {
        struct count c = { json_text(one, "badge"), json_object(), 0 };
        CHECK_OK(view_each(at.repo, txn, VIEW_VOLUMES, "", NULL, count_one, &c, NULL));
        CHECK_INT(c.volumes, json_number(one, "volumes"));
        CHECK_INT(json_object_size(c.cases), json_number(one, "cases"));
        json_decref(c.cases);
    }
    json_decref(board);
}
