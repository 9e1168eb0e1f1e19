/* Destroying what need not be kept: only after its term, only by two persons, only what
 * they saw, and nothing that anything else names. */
#include "pdf_check.h"
#include "purge_fixture.h"

#include "repo-daemon/alarm.h"
#include "repo-daemon/backup.h"
#include "repo-daemon/fixity.h"

static char a[LABEL_TEXT_MAX], b[LABEL_TEXT_MAX];

static int propose(const char *volume, json_t **ret_answer)
{
    return call_by(ROLE_ARCHIVIST, "POST", "/v1/purges", NULL, purge_body(&volume, 1),
                   ret_answer);
}

TEST(proposal, is_refused_for_what_must_be_kept)
{
    static const char *const pages[] = { "甲1", "甲2" };
    static const struct {
        const char *class, *until, *says;
    } terms[] = {
        { "short", "2999-12-31", "保管期限还没有满" },
        { "permanent", "", "保管期限还没有满" },
        { "permanent", "2000-12-31", "保管期限还没有满" },
        { "brief", "2000-12-31", "保管期限还没有满" },
        { NULL, NULL, "保管期限还没有满" },
    };
    char label[LABEL_TEXT_MAX];
    json_t *answer = NULL;
    fixture_volume();
    CHECK_INT(422, propose(VOLUME, &answer)); /* not archived at all */
    check_says("不能批准销毁", answer);
    for (size_t i = 0; i < COUNT(terms); i++) {
        snprintf(label, sizeof label, "%s", fixture_part(1, 10 + (int)i));
        purge_scan(label, pages, COUNT(pages));
        purge_archive(label, terms[i].class, terms[i].until);
        CHECK_INT(422, propose(label, &answer));
        check_says(terms[i].says, answer);
    }
}

TEST(term, ends_with_its_last_day_in_beijing)
{
    static const char *const pages[] = { "乙1" };
    int64_t day;
    char label[LABEL_TEXT_MAX];
    snprintf(label, sizeof label, "%s", fixture_part(1, 20));
    purge_scan(label, pages, 1);
    purge_archive(label, "short", "2026-12-31");
    json_t *v = stored(VIEW_VOLUMES, label);
    CHECK(calendar_day_read("2026-12-31", &day));
    CHECK(!retention_is_over(v, day) && retention_is_over(v, day + 1));
    json_decref(v);
}

TEST(proposal, lists_only_the_volumes_own_files)
{
    static const char *const of_a[] = { "一", "二", "共" }, *const of_b[] = { "共",
                                                                              "三" };
    purge_volume(1, 30, of_a, COUNT(of_a), a);
    snprintf(b, sizeof b, "%s", fixture_part(1, 31));
    purge_scan(b, of_b, COUNT(of_b));
    const char *volumes[] = { a };
    json_t *purge = purge_propose(volumes, 1);
    CHECK_INT(2, json_number(purge, "files"));
    CHECK_INT(1, json_number(purge, "shared"));
    CHECK_TEXT("proposed", json_text(purge, "state"));
    CHECK_TEXT(json_text(purge, "purge"), volume_field(a, "purge"));
    json_t *answer = NULL;
    CHECK_INT(409, propose(a, &answer)); /* one proposal at a time */
    check_says("已在销毁清册", answer);
    CHECK_INT(403, purge_decide_by(ROLE_SUPERVISOR, purge, "withdrawn", &answer));
    check_says("撤回由提出人", answer);
    CHECK_INT(201, purge_decide_by(ROLE_ARCHIVIST, purge, "withdrawn", NULL));
    CHECK_TEXT("", volume_field(a, "purge"));
    CHECK(picture_there("一") && picture_there("二"));
    json_decref(purge);
}

/* A person who has both roles, and his token. */
static void both_roles(char ret_token[TOKEN_MAX])
{
    char id[33];
    json_t *person = NULL;
    struct person in;
    random_id(id);
    struct person_new who = { .id = id,
                              .by = "",
                              .login = "both",
                              .name = "兼任",
                              .password = "password",
                              .roles = ROLE_ARCHIVIST | ROLE_SUPERVISOR };
    CHECK_OK(people_add(at.repo, &who, &person, NULL));
    json_decref(person);
    CHECK_OK(people_log_in(at.repo,
                           &(struct log_in){ .login = "both",
                                             .password = "password",
                                             .now_ms = clock_now_ms() },
                           ret_token, &in, NULL));
}

static json_t *decision(const json_t *purge, const char *result, const char *id)
{
    return json_pack("{s:s, s:I, s:s, s:s}", "result", result, "version",
                     (json_int_t)json_number(purge, "version"), "reason", "同意", "id",
                     id);
}

static json_t *purge_part(const json_t *purge)
{
    return json_pack("{s:s}", "purge", json_text(purge, "purge"));
}

TEST(approval, is_by_another_person_of_another_role)
{
    char token[TOKEN_MAX];
    json_t *answer = NULL, *purge = NULL;
    const char *volumes[] = { a };
    both_roles(token);
    CHECK_INT(201, call_with(token, "POST", "/v1/purges", NULL, NULL,
                             purge_body(volumes, 1), &purge));
    CHECK_INT(422,
              call_with(token, "POST", "/v1/purges/{purge}/decision", purge_part(purge),
                        NULL,
                        decision(purge, "approved", "10000000000000000000000000000001"),
                        &answer));
    check_says("不能批准自己提出的", answer);
    CHECK_INT(403, purge_decide_by(ROLE_ARCHIVIST, purge, "approved", &answer));
    check_says("要由主管来做", answer);
    CHECK_INT(403, call_by(ROLE_KEEPER, "POST", "/v1/purges/{purge}/decision",
                           purge_part(purge), json_object(), NULL));
    CHECK_INT(400, call_by(ROLE_SUPERVISOR, "POST", "/v1/purges/{purge}/decision",
                           purge_part(purge),
                           json_pack("{s:s, s:i}", "result", "approved", "version", 1),
                           &answer));
    check_says("请写明原因", answer);
    CHECK_INT(400, act_on(ROLE_SUPERVISOR, "purge", a, NULL, &answer));
    check_says("没有“purge”这个动作", answer);
    CHECK_INT(201, purge_decide_by(ROLE_SUPERVISOR, purge, "refused", NULL));
    json_decref(purge);
    CHECK(picture_there("一"));
}

TEST(approval, wants_the_volumes_as_they_were_proposed)
{
    const char *volumes[] = { a };
    json_t *answer = NULL, *purge = purge_propose(volumes, 1);
    CHECK_INT(201, call_by(ROLE_SUPERVISOR, "POST", "/v1/holds", NULL,
                           purge_body(volumes, 1), NULL));
    CHECK_INT(409, purge_decide_by(ROLE_SUPERVISOR, purge, "approved", &answer));
    check_says("又有办理", answer);
    CHECK_INT(201, purge_decide_by(ROLE_SUPERVISOR, purge, "refused", NULL));
    CHECK_INT(409, purge_decide_by(ROLE_SUPERVISOR, purge, "approved", &answer));
    check_says("没有批准", answer);
    json_decref(purge);
}

static int64_t hold_of(const char *volume)
{
    json_t *v = stored(VIEW_VOLUMES, volume);
    const json_t *holds = json_object_get(v, "holds");
    int64_t hold = json_number(json_array_get(holds, 0), "hold");
    json_decref(v);
    return hold;
}

static int lift(const char *volume, int64_t hold, json_t **ret_answer)
{
    return call_by(ROLE_SUPERVISOR, "POST", "/v1/holds/{hold}/lift",
                   json_pack("{s:o}", "hold", json_sprintf("%lld", (long long)hold)),
                   purge_body(&volume, 1), ret_answer);
}

TEST(hold, stops_a_proposal_until_it_is_lifted)
{
    json_t *answer = NULL;
    int64_t hold = hold_of(a);
    CHECK_INT(422, propose(a, &answer));
    check_says("有保全", answer);
    CHECK_INT(422, lift(a, hold + 1, &answer));
    check_says("没有这项保全", answer);
    CHECK_INT(403, call_by(ROLE_ARCHIVIST, "POST", "/v1/holds", NULL, json_object(),
                           NULL)); /* only a supervisor */
    answer = NULL;
    CHECK_INT(200, call_with(at.tokens[row_of(ROLE_AUDITOR)], "GET", "/v1/retention",
                             NULL, json_pack("{s:s}", "held", "1"), NULL, &answer));
    CHECK_INT(1, json_array_size(json_object_get(answer, "volumes")));
    json_decref(answer);
    CHECK_INT(201, lift(a, hold, NULL));
    CHECK_INT(422, lift(a, hold, &answer));
    json_decref(answer);
    purge_rebuilt_same();
}

static void gone_for(unsigned role, const char *text, int status, const char *says)
{
    json_t *answer = NULL;
    CHECK_INT(status,
              call_by(role, "GET", "/v1/blobs/{sha256}",
                      json_pack("{s:s}", "sha256", picture_hex(text)), NULL, &answer));
    if (says)
        check_says(says, answer);
    else
        json_decref(answer);
}

TEST(purge, removes_just_the_list_and_the_packages)
{
    static const char id[] = "20000000000000000000000000000002";
    const char *volumes[] = { a };
    char path[200], root[100], manifest[SHA256_HEX];
    json_t *purge = purge_propose(volumes, 1), *first = NULL, *again = NULL;
    struct fault why;
    unsigned objects = 0;
    for (int i = 0; i < 2; i++)
        CHECK_INT(i ? 200 : 201,
                  call_by(ROLE_SUPERVISOR, "POST", "/v1/purges/{purge}/decision",
                          purge_part(purge), decision(purge, "approved", id),
                          i ? &again : &first));
    CHECK(json_equal(first, again));
    CHECK_TEXT("condemned", volume_field(a, "state"));
    CHECK(picture_there("一")); /* nothing goes within the request */
    gone_for(ROLE_KEEPER, "一", 410, "保管期限已满");
    purge_run();
    CHECK(!picture_there("一") && !picture_there("二") && picture_there("共"));
    gone_for(ROLE_KEEPER, "二", 410, "销毁清册");
    gone_for(ROLE_KEEPER, "共", 200, NULL);
    snprintf(path, sizeof path, "%s/%s", at.folder, a);
    CHECK(access(path, F_OK) != 0);
    snprintf(root, sizeof root, "%s/ocfl", at.folder);
    CHECK_OK(ocfl_verify_root(root, &objects, &why));
    CHECK_INT(6, objects); /* those of the volumes that stay */
    json_t *done = stored(VIEW_PURGES, json_text(purge, "purge"));
    CHECK_TEXT("done", json_text(done, "state"));
    CHECK_INT(2, json_number(done, "removed"));
    snprintf(manifest, sizeof manifest, "%s", json_text(done, "list"));
    json_decref(done);
    purge_rebuilt_same();
    CHECK_INT(200, call_by(ROLE_KEEPER, "GET", "/v1/volumes/{volume}/pages",
                           json_pack("{s:s}", "volume", a), NULL, NULL));
    CHECK_INT(200, call_by(ROLE_KEEPER, "GET", "/v1/volumes/{volume}/chain",
                           json_pack("{s:s}", "volume", a), NULL, NULL));
    CHECK_INT(200, call_by(ROLE_KEEPER, "GET", "/v1/blobs/{sha256}",
                           json_pack("{s:s}", "sha256", manifest), NULL, NULL));
    json_decref(purge);
    json_decref(first);
    json_decref(again);
}

TEST(fixity, does_not_miss_what_a_purge_took)
{
    static const struct fixity_options options = {
        .days = 10, .bytes_per_s = 40 * 1024 * 1024, .from_hour = 0, .to_hour = 24
    };
    struct fixity *f = NULL;
    json_t *list = NULL;
    int64_t now = clock_now_ms();
    CHECK_OK(fixity_new(at.repo, &options, &f, NULL));
    at.repo->fixity = f;
    CHECK_INT(202, call_by(ROLE_ADMIN, "POST", "/v1/fixity", NULL, json_object(), NULL));
    do {
        CHECK_OK(fixity_step(f, now += FIXITY_STEP_MS, NULL));
    } while (fixity_facts(f, now).phase != FIXITY_IDLE);
    CHECK_INT(0, fixity_facts(f, now).last.gone);
    CHECK_OK(alarm_list(at.repo, true, &list, NULL));
    CHECK_INT(0, json_array_size(list));
    json_decref(list);
    at.repo->fixity = NULL;
    fixity_free(f);
}

/* The first byte of the kept file. */
static void poke(const char *text, char byte)
{
    char path[300];
    const char *hex = picture_hex(text);
    snprintf(path, sizeof path, "%s/blobs/%.2s/%s", at.folder, hex, hex);
    CHECK(!chmod(path, 0640));
    FILE *file = fopen(path, "r+");
    CHECK(file != NULL);
    CHECK(fputc(byte, file) != EOF);
    CHECK(!fclose(file));
}

TEST(alarm, names_the_volume_and_the_page_of_a_damaged_file)
{
    static const struct fixity_options options = {
        .days = 10, .bytes_per_s = 40 * 1024 * 1024, .from_hour = 0, .to_hour = 24
    };
    static const char *const pages[] = { "坏一", "坏二" }, *const inner[] = { "副一" };
    char label[LABEL_TEXT_MAX], secret[LABEL_TEXT_MAX];
    struct fixity *f = NULL;
    json_t *answer = NULL, *one;
    size_t i;
    int64_t now = clock_now_ms();
    snprintf(label, sizeof label, "%s", fixture_part(1, 60));
    purge_scan(label, pages, COUNT(pages));
    snprintf(secret, sizeof secret, "%s", fixture_part(2, 60));
    purge_scan(secret, inner, COUNT(inner));
    poke(pages[1], '?');
    poke(inner[0], '?');
    CHECK_OK(fixity_new(at.repo, &options, &f, NULL));
    at.repo->fixity = f;
    CHECK_INT(202, call_by(ROLE_ADMIN, "POST", "/v1/fixity", NULL, json_object(), NULL));
    do {
        CHECK_OK(fixity_step(f, now += FIXITY_STEP_MS, NULL));
    } while (fixity_facts(f, now).phase != FIXITY_IDLE);
    for (int admin = 0; admin < 2; admin++) {
        bool named = false, hidden = false, shown = false;
        CHECK_INT(200, call_by(admin ? ROLE_ADMIN : ROLE_KEEPER, "GET", "/v1/alarms",
                               NULL, NULL, &answer));
        CHECK_INT(2, json_array_size(json_object_get(answer, "alarms")));
        json_array_foreach(json_object_get(answer, "alarms"), i, one)
        {
            const json_t *where = json_array_get(json_object_get(one, "where"), 0);
            const char *text = json_text(where, "text");
            named = named || (!strcmp(json_text(where, "volume"), label) &&
                              json_number(where, "page") == 2 &&
                              strstr(text, "民初10027号 正卷第60册 第2页 扫描原图"));
            shown = shown || !strcmp(json_text(where, "volume"), secret);
            hidden = hidden || strstr(text, "一册副卷里的文件");
        }
        CHECK(named && shown == !admin && hidden == (admin != 0));
        json_decref(answer);
    }
    poke(pages[1], pages[1][0]);
    poke(inner[0], inner[0][0]);
    purge_rebuilt_same();
    at.repo->fixity = NULL;
    fixity_free(f);
}

TEST(purged_file, that_is_fed_again_is_there_again)
{
    static const char *const pages[] = { "一", "四" };
    char label[LABEL_TEXT_MAX];
    snprintf(label, sizeof label, "%s", fixture_part(1, 40));
    purge_scan(label, pages, COUNT(pages));
    gone_for(ROLE_KEEPER, "一", 200, NULL);
    purge_run();
    CHECK(picture_there("一"));
    purge_rebuilt_same();
}

static int64_t kept_until(const char *folder, const char *text)
{
    char path[300], room[32] = "";
    const char *hex = picture_hex(text);
    snprintf(path, sizeof path, "%s/blobs/%.2s/%s.keep", folder, hex, hex);
    FILE *file = fopen(path, "r");
    size_t len = file ? fread(room, 1, sizeof room - 1, file) : 0;
    if (file)
        (void)fclose(file);
    return len ? strtoll(room, NULL, 10) : 0;
}

static bool there_in(const char *folder, const char *text)
{
    char path[300];
    const char *hex = picture_hex(text);
    snprintf(path, sizeof path, "%s/blobs/%.2s/%s", folder, hex, hex);
    return !access(path, F_OK);
}

TEST(backup, forgets_what_was_destroyed_and_comes_back_the_same)
{
    static const char *const pages[] = { "备一", "共" };
    char to[100], back[100], label[LABEL_TEXT_MAX];
    const char *volumes[] = { label };
    struct sha256 hash;
    struct backup_report report;
    uint64_t events = 0;
    snprintf(to, sizeof to, "%s-backup", at.folder);
    snprintf(back, sizeof back, "%s-back", at.folder);
    purge_volume(1, 50, pages, COUNT(pages), label);
    CHECK_OK(backup_make(at.folder, to, &report, NULL));
    CHECK(there_in(to, "备一") && there_in(to, "共"));
    int64_t until = clock_now_ms() + 1000000;
    CHECK(hash_from_hex(picture_hex("共"), &hash));
    CHECK_OK(blob_keep(at.repo->blobs, hash, until, NULL)); /* after it was copied */
    json_t *purge = purge_propose(volumes, 1);
    CHECK_INT(201, purge_decide_by(ROLE_SUPERVISOR, purge, "approved", NULL));
    purge_run();
    json_decref(purge);
    CHECK_OK(backup_make(at.folder, to, &report, NULL));
    CHECK_INT(1, report.dropped);
    CHECK(!there_in(to, "备一") && there_in(to, "共"));
    CHECK_INT(until, kept_until(to, "共"));
    CHECK_OK(backup_restore(to, back, &report, NULL));
    json_t *before = fixture_dump();
    struct repo *here = at.repo;
    CHECK_OK(repo_open(back, &at.repo, NULL));
    CHECK_OK(apply_all(at.repo, &events, NULL));
    json_t *after = fixture_dump();
    CHECK(json_equal(before, after));
    repo_close(at.repo);
    at.repo = here;
    json_decref(before);
    json_decref(after);
    nftw(back, fixture_unlink, 16, FTW_DEPTH | FTW_PHYS);
    nftw(to, fixture_unlink, 16, FTW_DEPTH | FTW_PHYS);
}

static int destroy(const char *volume, unsigned role, const char *witness,
                   const char *pin, json_t **ret_answer)
{
    json_t *more = json_object();
    if (witness)
        json_object_update_new(
            more, json_pack("{s:s, s:s}", "witness", witness, "witness_pin", pin));
    return act_on(role, "destroy", volume, more, ret_answer);
}

TEST(paper, is_destroyed_by_who_holds_it_before_a_witness)
{
    json_t *answer = NULL;
    const char *keeper = badge_of(ROLE_KEEPER);
    CHECK_INT(201, call_by(ROLE_KEEPER, "POST", "/v1/session/pin", NULL,
                           json_pack("{s:s, s:s}", "password", "password", "pin", "4711"),
                           NULL));
    CHECK_INT(422, destroy(a, ROLE_ARCHIVIST, NULL, NULL, &answer));
    check_says("监销", answer);
    CHECK_INT(422, destroy(a, ROLE_ARCHIVIST, badge_of(ROLE_ARCHIVIST), "4711", &answer));
    check_says("不能是销毁人自己", answer);
    CHECK_INT(403, destroy(a, ROLE_ARCHIVIST, keeper, "0000", &answer));
    json_decref(answer);
    CHECK_INT(403, destroy(a, ROLE_KEEPER, badge_of(ROLE_ARCHIVIST), "", &answer));
    json_decref(answer);
    CHECK_INT(422,
              destroy(b, ROLE_ARCHIVIST, keeper, "4711", &answer)); /* not condemned */
    json_decref(answer);
    CHECK_INT(201, call_by(ROLE_SUPERVISOR, "POST", "/v1/holds", NULL,
                           purge_body((const char *[]){ a }, 1), NULL));
    CHECK_INT(422, destroy(a, ROLE_ARCHIVIST, keeper, "4711", &answer));
    check_says("有保全", answer);
    CHECK_INT(201, lift(a, hold_of(a), NULL));
    CHECK_INT(201, destroy(a, ROLE_ARCHIVIST, keeper, "4711", NULL));
    CHECK_TEXT("destroyed", volume_field(a, "state"));
    CHECK_TEXT("", volume_field(a, "holder"));
    CHECK_INT(422, call_by(ROLE_SUPERVISOR, "POST", "/v1/holds", NULL,
                           purge_body((const char *[]){ a }, 1), &answer));
    check_says("已经销毁", answer);
    purge_rebuilt_same();
}

TEST(list_to_sign, is_a_pdf)
{
    static const char *const words[] = { "粤0399", "档案销毁清册", "监销人", "第二联",
                                         NULL };
    fixture();
    pdf_check(ROLE_AUDITOR, "/v1/purges/{purge}/slip",
              json_pack("{s:s}", "purge", "00000001"), NULL, words, NULL);
}

TEST(terms, are_listed_by_their_last_day)
{
    json_t *answer = NULL;
    CHECK_INT(200,
              call_with(at.tokens[row_of(ROLE_ARCHIVIST)], "GET", "/v1/retention", NULL,
                        json_pack("{s:s}", "day", "2021-01-01"), NULL, &answer));
    size_t over = json_array_size(json_object_get(answer, "volumes"));
    json_decref(answer);
    CHECK_INT(200,
              call_with(at.tokens[row_of(ROLE_ARCHIVIST)], "GET", "/v1/retention", NULL,
                        json_pack("{s:s}", "day", "2027-01-01"), NULL, &answer));
    CHECK_INT(over + 1, json_array_size(json_object_get(answer, "volumes")));
    json_decref(answer);
    CHECK_INT(400, call_with(at.tokens[row_of(ROLE_ARCHIVIST)], "GET", "/v1/retention",
                             NULL, json_pack("{s:s}", "day", "2027"), NULL, &answer));
    check_says("2056-12-31", answer);
}
