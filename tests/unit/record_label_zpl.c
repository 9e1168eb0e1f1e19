/* ZPL labels, byte for byte: what a label printer gets must not change unnoticed. */
#include "check.h"

#include "record/label_zpl.h"

static void same_as(const char *want, const struct label_print *label,
                    const struct label_zpl_how *how)
{
    char *zpl = NULL;
    CHECK_OK(label_zpl(label, 1, how, &zpl, NULL));
    CHECK_TEXT(want, zpl);
    free(zpl);
}

TEST(label_zpl, is_what_the_printers_got_before)
{
    static const struct label_print volume = { "V44039920260301010027100159",
                                               "(2026)粤0399民初10027号",
                                               "正卷 第 1 册" };
    same_as(
        "^XA\n^CI28\n^PW800\n^LL360\n^LH0,0\n"
        "^FO40,24^A@N,40,40,E:SIMSUN.FNT^FB720,1,0,L^FH_^FD(2026)粤0399民初10027号^FS\n"
        "^FO40,72^A@N,32,32,E:SIMSUN.FNT^FB720,1,0,L^FH_^FD正卷 第 1 册^FS\n"
        "^FO100,120^BY3^BCN,160,N,N,N,A^FDV44039920260301010027100159^FS\n"
        "^FO40,296^A0N,32,32^FB720,1,0,C^FDV44039920260301010027100159^FS\n"
        "^PQ1\n^XZ\n",
        &volume, &(struct label_zpl_how){ 8, "E:SIMSUN.FNT" });
    static const struct label_print bare = { "T10671", NULL, NULL };
    same_as("^XA\n^CI28\n^PW1200\n^LL540\n^LH0,0\n"
            "^FO420,180^BY4^BCN,240,N,N,N,A^FDT10671^FS\n"
            "^FO60,444^A0N,48,48^FB1080,1,0,C^FDT10671^FS\n"
            "^PQ1\n^XZ\n",
            &bare, &(struct label_zpl_how){ 12, NULL });
}

/* A party's name must not be a command to the printer. */
TEST(label_zpl, sends_no_command_that_stands_in_a_title)
{
    static const struct label_print label = { "T10671", "甲^XZ~JA_乙\n丙", "" };
    char *zpl = NULL;
    CHECK_OK(label_zpl(&label, 1, &(struct label_zpl_how){ 8, NULL }, &zpl, NULL));
    CHECK(strstr(zpl, "^FD甲_5EXZ_7EJA_5F乙 丙^FS\n") != NULL);
    CHECK_TEXT("^XZ\n", strstr(zpl, "^XZ"));
    free(zpl);
}

TEST(label_zpl, puts_each_label_on_a_paper_of_its_own)
{
    struct label_print labels[3] = { { "T10671", "甲", "" },
                                     { "T10671", "乙", "" },
                                     { "T10671", "丙", "" } };
    char *zpl = NULL;
    unsigned papers = 0;
    CHECK_OK(label_zpl(labels, 3, &(struct label_zpl_how){ 8, NULL }, &zpl, NULL));
    for (const char *at = zpl; (at = strstr(at, "^XA")); at++)
        papers++;
    CHECK_INT(3, papers);
    free(zpl);
}

TEST(label_zpl, refuses_what_no_printer_prints)
{
    char *zpl = NULL, longest[LABEL_SVG_TITLE_MAX + 2];
    struct label_print label = { "T10671", "甲", "" }, chinese = { "甲", "", "" },
                       wide = { "aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX2yZ3aB4cD5e", "",
                                "" };
    struct label_zpl_how how = { 8, NULL };
    memset(longest, 'x', sizeof longest);
    longest[sizeof longest - 1] = 0;
    struct label_print titled = { "T10671", longest, "" };
    CHECK_RC(RC_INVALID, label_zpl(&label, 0, &how, &zpl, NULL));
    CHECK_RC(RC_INVALID, label_zpl(&label, LABEL_ZPL_COUNT_MAX + 1, &how, &zpl, NULL));
    CHECK_RC(RC_INVALID, label_zpl(&chinese, 1, &how, &zpl, NULL));
    CHECK_RC(RC_INVALID, label_zpl(&wide, 1, &how, &zpl, NULL));
    CHECK_RC(RC_INVALID, label_zpl(&titled, 1, &how, &zpl, NULL));
    CHECK_RC(RC_INVALID,
             label_zpl(&label, 1, &(struct label_zpl_how){ 6, NULL }, &zpl, NULL));
    CHECK_RC(RC_INVALID,
             label_zpl(&label, 1, &(struct label_zpl_how){ 8, "E:A^XZ" }, &zpl, NULL));
    CHECK(zpl == NULL);
}
