/* Profiles that the administrator allows. */
#include "check.h"

#include "station/profile.h"

static enum rc profiles_of(const char *text, struct profiles *ret)
{
    struct settings set = { .scan_dpi = 300,
                            .scan_mode = "Color",
                            .scan_source = "ADF Duplex",
                            .pdf_compress = "exact" };
    snprintf(set.scan_profiles, sizeof set.scan_profiles, "%s", text);
    return profiles_read(&set, ret, NULL);
}

TEST(profiles, are_one_when_nothing_is_said)
{
    struct profiles p;
    CHECK_OK(profiles_of("", &p));
    CHECK_INT(1, p.count);
    CHECK_TEXT("标准", p.at[0].name);
    CHECK_INT(300, p.at[0].dpi);
    CHECK_INT(2, p.at[0].sides);
}

TEST(profiles, are_read_in_order_and_found_by_name)
{
    struct profiles p;
    CHECK_OK(profiles_of(
        " 文字 : 200 : Gray : ADF Duplex : layered ; 照片:600:Color:Flatbed;", &p));
    CHECK_INT(2, p.count);
    CHECK_TEXT("文字", profiles_find(&p, "")->name);
    const struct profile *photo = profiles_find(&p, "照片");
    CHECK_INT(600, photo->dpi);
    CHECK_TEXT("Color", photo->mode);
    CHECK_TEXT("Flatbed", photo->source);
    CHECK_INT(PAGE_EXACT, photo->compress);
    CHECK_INT(PAGE_LAYERED, p.at[0].compress);
    CHECK_INT(1, photo->sides);
    CHECK(!profiles_find(&p, "别的"));
}

TEST(profiles, know_a_feeder_of_one_side_that_is_fed_twice)
{
    struct profiles p;
    CHECK_OK(
        profiles_of("手动双面:300:Color:ADF Front+Back;单面:300:Gray:ADF Front", &p));
    CHECK(p.at[0].by_hand);
    CHECK_INT(2, p.at[0].sides);
    CHECK_TEXT("ADF Front", p.at[0].source);
    CHECK(!p.at[1].by_hand);
    CHECK_INT(1, p.at[1].sides);
    CHECK_RC(RC_INVALID, profiles_of("a:300:Color:ADF Back", &p));
}

TEST(profiles, say_what_patch_codes_mean)
{
    struct profiles p;
    CHECK_OK(profiles_of("a:300:Color:Flatbed;b:300:Color:Flatbed:layered:T=none;"
                         "c:300:Color:Flatbed::2=item,3=none",
                         &p));
    CHECK_INT(PATCH_MEANS_ITEM, p.at[0].patches.of[PATCH_T]);
    CHECK_INT(PATCH_MEANS_NONE, p.at[1].patches.of[PATCH_T]);
    CHECK_INT(PATCH_MEANS_END, p.at[1].patches.of[PATCH_3]);
    CHECK_INT(PAGE_LAYERED, p.at[1].compress);
    CHECK_INT(PAGE_EXACT, p.at[2].compress);
    CHECK_INT(PATCH_MEANS_ITEM, p.at[2].patches.of[PATCH_2]);
}

TEST(profiles, refuse_what_no_scanner_could_have)
{
    static const char *const wrong[] = {
        "a",
        "a:300",
        "a:300:Color",
        ":300:Color:Flatbed",
        "a:74:Color:Flatbed",
        "a:1201:Color:Flatbed",
        "a:3x:Color:Flatbed",
        "a::Color:Flatbed",
        "a:-300:Color:Flatbed",
        "a:300:Colour:Flatbed",
        "a:300:Color:Table",
        "a:300:Color:Flatbed:more",
        "a:300:Color:Flatbed:layered:more",
        "a:300:Color:Flatbed:",
        "a:300:Color:Flatbed;a:200:Gray:Flatbed",
    };
    struct profiles p = { .count = 77 };
    for (size_t i = 0; i < COUNT(wrong); i++)
        CHECK_RC(RC_INVALID, profiles_of(wrong[i], &p));
    CHECK_INT(77, p.count);
    CHECK_OK(profiles_of("a:75:Color:Flatbed;b:1200:Lineart:ADF Front", &p));
}

TEST(profiles, are_at_most_sixteen)
{
    char text[SETTINGS_PATH_MAX] = "";
    struct profiles p;
    for (int i = 0; i < PROFILES_MAX + 1; i++) {
        size_t len = strlen(text);
        if (i == PROFILES_MAX)
            CHECK_OK(profiles_of(text, &p));
        snprintf(text + len, sizeof text - len, "p%d:300:Gray:Flatbed;", i);
    }
    CHECK_INT(PROFILES_MAX, p.count);
    CHECK_RC(RC_INVALID, profiles_of(text, &p));
}
