/* juanku session: log in, who am I, log out. */
#include "cli/api.h"
#include "cli/args.h"
#include "cli/cmd.h"
#include "cli/session_totp.h"
#include "cli/verbs.h"
#include "sys/file.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>

enum { PASSWORD_MAX = 256 };

static void help(void)
{
    puts("用法: juanku session login 工号 [--url 地址] [--password-file 文件] [--code "
         "验证码]\n"
         "      juanku session show | logout\n"
         "      juanku session pin --pin 文件    设定在柜台签名用的工牌密码\n"
         "      juanku session totp              设置动态验证码，扫描二维码\n\n"
         "口令在键盘上输入时不显示，或取文件的第一行。用了动态验证码的人，登录时用\n"
         "--code 给出手机上的六位数字，或一个恢复码。\n"
         "登录凭据存在 $JUANKU_SESSION（没有设置时是 ~/.config/juanku/session）。");
}

static bool ask_password(char ret_password[PASSWORD_MAX])
{
    struct termios old, quiet;
    bool terminal = tcgetattr(STDIN_FILENO, &old) == 0;
    if (terminal) {
        (void)fputs("口令: ", stderr);
        quiet = old;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        (void)tcsetattr(STDIN_FILENO, TCSANOW, &quiet);
    }
    bool got = fgets(ret_password, PASSWORD_MAX, stdin) != NULL;
    if (terminal) {
        (void)tcsetattr(STDIN_FILENO, TCSANOW, &old);
        (void)fputc('\n', stderr);
    }
    return got;
}

static enum rc read_password(const char *file, char ret_password[PASSWORD_MAX],
                             struct fault *why)
{
    if (file) {
        SCOPED(free_at) char *text = NULL;
        size_t len;
        enum rc rc = file_read(AT_FDCWD, file, PASSWORD_MAX - 1, &text, &len, why);
        if (rc)
            return rc;
        memcpy(ret_password, text, len + 1);
    } else if (!ask_password(ret_password))
        return fault_set(why, RC_INVALID, 0, "没有输入口令");
    ret_password[strcspn(ret_password, "\r\n")] = 0;
    return RC_OK;
}

static int login(const char *name, const char *url, const char *password_file,
                 const char *code)
{
    struct fault why;
    char password[PASSWORD_MAX];
    if (read_password(password_file, password, &why))
        return cmd_fail(&why);
    SCOPED(http_client_free_at) struct http_client *client = NULL;
    if (http_client_new(url, getenv("JUANKU_CA"), &client, &why))
        return cmd_fail(&why);
    SCOPED(json_free_at)
    json_t *body =
        json_pack("{s:s, s:s, s:s*}", "login", name, "password", password, "code", code);
    explicit_bzero(password, sizeof password);
    SCOPED(json_free_at) json_t *answer = NULL;
    if (http_client_json(client, "POST", "/v1/session", body, API_TIMEOUT_MS, &answer,
                         &why) ||
        api_keep_session(url, api_text(answer, "token"), &why))
        return cmd_fail(&why);
    printf("%s 已登录\n", api_person(answer, "person"));
    return EXIT_OK;
}

int cmd_session(int argc, char **argv)
{
    static const struct verb pin = { "pin", "POST", "/v1/session/pin", 0, "pin<", "seq" };
    if (argc > 1 && !strcmp(argv[1], pin.name))
        return verbs_run("session", "juanku session pin --pin FILE", &pin, 1, argc, argv);
    const char *url = api_usual_url(), *password_file = NULL, *code = NULL;
    bool show_help = false;
    const struct arg table[] = { { "url", &url, NULL },
                                 { "password-file", &password_file, NULL },
                                 { "code", &code, NULL },
                                 { "help", NULL, &show_help } };
    struct args args;
    if (!args_read("session", argc, argv, table, COUNT(table), &args))
        return EXIT_USAGE;
    const char *verb = args.count ? args.words[0] : "";
    if (show_help)
        return help(), EXIT_OK;
    if (!strcmp(verb, "login") && args.count == 2)
        return login(args.words[1], url, password_file, code);
    if (!strcmp(verb, "totp") && args.count == 1)
        return session_totp();
    bool out = !strcmp(verb, "logout");
    if (!out && strcmp(verb, "show"))
        return cmd_usage("session", "只能写 login 工号、show、logout、pin 或 totp");
    struct fault why;
    SCOPED(json_free_at) json_t *answer = NULL;
    if (api_call(out ? "DELETE" : "GET", "/v1/session", NULL, false, &answer, &why))
        return cmd_fail(&why);
    if (!out)
        api_print(answer);
    return EXIT_OK;
}
