/* Tests that read as sentences, over cmocka.
 *
 *   TEST(label_read, refuses_a_wrong_check_digit) { CHECK_RC(RC_CORRUPT, ...); }
 *
 * Each TEST registers itself; a program is one file of them. Output is TAP, one line a
 * test, so that the runner can count. */
#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/rc.h"

enum { CHECK_TESTS_MAX = 200 };

static struct CMUnitTest check_tests[CHECK_TESTS_MAX];
static size_t check_count;

#define TEST(subject, says) \
    static void subject##__##says(void **state_); \
    static __attribute__((constructor)) void register_##subject##__##says(void) \
    { \
        if (check_count == CHECK_TESTS_MAX) \
            abort(); \
        check_tests[check_count++] = \
            (struct CMUnitTest)cmocka_unit_test(subject##__##says); \
    } \
    static void subject##__##says(__attribute__((unused)) void **state_)

#define CHECK(truth) assert_true(truth)
#define CHECK_INT(want, got) assert_int_equal((intmax_t)(want), (intmax_t)(got))
#define CHECK_TEXT(want, got) assert_string_equal(want, got)
#define CHECK_BYTES(want, got, len) assert_memory_equal(want, got, len)
#define CHECK_RC(want, got) \
    do { \
        enum rc want_ = (want), got_ = (got); \
        if (want_ != got_) \
            fail_msg("%s: want %s, got %s", #got, rc_name(want_), rc_name(got_)); \
    } while (0)
#define CHECK_OK(got) CHECK_RC(RC_OK, got)

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return _cmocka_run_group_tests(__FILE__, check_tests, check_count, NULL, NULL);
}

#endif
