/* The settings of the station: every one is in the file that is installed, with the
 * preset that the program has, and words that are one of a few are refused at the start.
 */
#include "check.h"

#include "station/profile.h"
#include "station/settings.h"
#include "sys/file.h"
#include "sys/scope.h"

#include <fcntl.h>
#include <stdlib.h>

TEST(settings, stand_in_the_installed_file_with_a_comment_before_them)
{
    SCOPED(free_at) char *text = NULL;
    size_t len = 0;
    CHECK_OK(file_read(AT_FDCWD, "station/stationd.conf", 65536, &text, &len, NULL));
    for (size_t i = 0; i < station_settings_count; i++) {
        char line[128];
        snprintf(line, sizeof line, "\n%s =", station_settings_keys[i].name);
        if (!strstr(text, line))
            fail_msg("%s is not in station/stationd.conf", station_settings_keys[i].name);
        CHECK(station_settings_keys[i].help && *station_settings_keys[i].help);
    }
}

static struct settings set; /* too large for a stack */

TEST(settings, of_the_installed_file_are_taken)
{
    CHECK_OK(conf_read(station_settings_keys, station_settings_count, &set,
                       "station/stationd.conf", NULL));
    struct profiles profiles;
    CHECK_OK(settings_check(&set, NULL));
    CHECK_OK(profiles_read(&set, &profiles, NULL));
    CHECK_INT(PATCH_MEANS_END, profiles.at[0].patches.of[PATCH_3]);
}

TEST(settings, begin_a_job_by_key_paper_or_button_and_nothing_else)
{
    static const char *const words[] = { "key", "paper", "button" };
    static const char *const wrong[] = { "", "keys", "Paper", "paper button", "none" };
    struct fault why;
    for (size_t i = 0; i < COUNT(words); i++) {
        snprintf(set.scan_start, sizeof set.scan_start, "%s", words[i]);
        CHECK_OK(settings_check(&set, NULL));
    }
    for (size_t i = 0; i < COUNT(wrong); i++) {
        snprintf(set.scan_start, sizeof set.scan_start, "%s", wrong[i]);
        CHECK_RC(RC_INVALID, settings_check(&set, &why));
        CHECK(strstr(why.text, "key, paper or button"));
    }
}
