/* One-time codes at a terminal: the QR code in half blocks, two rows of modules a line.
 */
#include "cli/session_totp.h"

#include "cli/api.h"
#include "cli/cmd.h"
#include "sys/json_scope.h"

#include <stdio.h>
#include <string.h>

enum { CODE_LINE_MAX = 64 };

static bool is_dark(const json_t *rows, size_t y, size_t x)
{
    const char *row = json_string_value(json_array_get(rows, y));
    return row && x < strlen(row) && row[x] == '1';
}

/* Light modules are drawn, since most terminals are dark. */
static void draw(const json_t *rows)
{
    static const char *const blocks[] = { " ", "▄", "▀", "█" };
    size_t side = json_array_size(rows);
    for (size_t y = 0; y < side; y += 2) {
        for (size_t x = 0; x < side; x++) {
            bool lower = y + 1 < side && !is_dark(rows, y + 1, x);
            fputs(blocks[2 * !is_dark(rows, y, x) + lower], stdout);
        }
        putchar('\n');
    }
}

int session_totp(void)
{
    struct fault why;
    char code[CODE_LINE_MAX] = "";
    SCOPED(json_free_at) json_t *begun = NULL;
    SCOPED(json_free_at) json_t *done = NULL;
    if (api_call("POST", "/v1/session/totp", json_object(), true, &begun, &why))
        return cmd_fail(&why);
    draw(json_object_get(begun, "qr"));
    printf("用手机上的验证器扫描上面的二维码，或输入密钥 %s\n"
           "然后输入现在显示的六位数字: ",
           api_text(begun, "secret"));
    (void)fflush(stdout);
    if (!fgets(code, sizeof code, stdin))
        return cmd_usage("session", "没有输入验证码，没有设置");
    code[strcspn(code, "\r\n")] = 0;
    if (api_call("POST", "/v1/session/totp/confirm", json_pack("{s:s}", "code", code),
                 true, &done, &why))
        return cmd_fail(&why);
    const json_t *recovery = json_object_get(done, "recovery");
    puts("已设置，以后登录都要验证码。恢复码每个只能用一次，请抄下来锁好，不会再显示：");
    for (size_t i = 0; i < json_array_size(recovery); i++)
        puts(json_string_value(json_array_get(recovery, i)));
    return EXIT_OK;
}
