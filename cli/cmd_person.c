/* juanku person: who may do what; changed by an admin over the service. */
#include "cli/cmd.h"
#include "cli/verbs.h"

static const struct verb verbs[] = {
    { "list", "GET", "/v1/people", 0, NULL, "people badge login name dept disabled" },
    { "change", "POST", "/v1/people/{1}", 1, "name dept roles, password<",
      "badge login name dept disabled" },
    { "disable", "POST", "/v1/people/{1}", 1, "disabled=1#", "badge login disabled" },
    { "unlock", "POST", "/v1/people/{1}/unlock", 1, "reason", "seq" },
    { "totp-reset", "POST", "/v1/people/{1}/totp-reset", 1, "reason", "seq" },
    { "enable", "POST", "/v1/people/{1}", 1, "disabled=0#", "badge login disabled" },
};

int cmd_person(int argc, char **argv)
{
    return verbs_run(
        "person",
        "用法: juanku person list [--json]\n"
        "      juanku person change 工牌号 [--name 姓名] [--dept 部门] [--roles "
        "角色,角色]\n"
        "                           [--password 文件]\n"
        "      juanku person disable|enable 工牌号\n"
        "      juanku person unlock 工牌号 --reason 原因\n"
        "      juanku person totp-reset 工牌号 --reason 原因\n\n"
        "停用的人、换了口令的人马上退出登录。unlock：口令错了太多次的，现在就可以再试。\n"
        "totp-reset：换了手机的，取消原来的动态验证码，由另一位管理员办理。",
        verbs, COUNT(verbs), argc, argv);
}
