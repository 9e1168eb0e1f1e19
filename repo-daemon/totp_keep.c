#include "repo-daemon/totp_keep.h"

#include "sys/file.h"
#include "sys/json_scope.h"
#include "sys/scope.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define KEY_NAME "secrets.key"

enum { KEY_FILE_MAX = 128, SEALED = TOTP_SECRET + SEAL_MORE, SEALED_TEXT = 68 };

static void key_wipe_at(uint8_t (*key)[SEAL_KEY])
{
    explicit_bzero(*key, sizeof *key);
}

/* The key of the file, which is made when there is none and `make`. */
static enum rc key_read(struct repo *repo, bool make, uint8_t ret_key[SEAL_KEY],
                        struct fault *why)
{
    struct sha256 key;
    char hex[SHA256_HEX];
    SCOPED(free_at) char *text = NULL;
    SCOPED(fd_close_at) int dir = -1;
    size_t len = 0;
    enum rc rc = file_open_folder(repo->folder, &dir, why);
    if (!rc)
        rc = file_read(dir, KEY_NAME, KEY_FILE_MAX, &text, &len, why);
    if (rc == RC_NOT_FOUND && make) {
        random_fill(&key, sizeof key);
        hash_hex(key, hex);
        mode_t before = umask(0077);
        rc = file_create(dir, KEY_NAME, (struct bytes){ (uint8_t *)hex, strlen(hex) },
                         why);
        umask(before);
    } else if (!rc) {
        text[strcspn(text, "\r\n")] = 0;
        rc = hash_from_hex(text, &key)
                 ? RC_OK
                 : fault_set(why, RC_CORRUPT, 0, KEY_NAME " is no key of 32 bytes");
        explicit_bzero(text, len);
    }
    if (!rc)
        memcpy(ret_key, &key, SEAL_KEY);
    explicit_bzero(&key, sizeof key);
    explicit_bzero(hex, sizeof hex);
    return rc;
}

static struct bytes text_bytes(const char *text)
{
    return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

static enum rc secret_open(struct repo *repo, const char *badge, const json_t *entry,
                           uint8_t ret_secret[TOTP_SECRET], struct fault *why)
{
    SCOPED(key_wipe_at) uint8_t key[SEAL_KEY];
    uint8_t sealed[SEALED];
    const char *text = text_of(entry, "secret");
    enum rc rc = key_read(repo, false, key, why);
    if (rc)
        return rc;
    if (base64_read(text, strlen(text), sealed, sizeof sealed) != SEALED ||
        seal_open(key, text_bytes(badge), (struct bytes){ sealed, SEALED }, ret_secret))
        return fault_set(why, RC_CORRUPT, 0,
                         "the secret of %s does not open with " KEY_NAME, badge);
    return RC_OK;
}

bool totp_is_on(struct repo *repo, const char *badge)
{
    SCOPED(json_free_at) json_t *entry = NULL;
    return !view_find(repo, TABLE_TOTP, badge, &entry) &&
           json_integer_value(json_object_get(entry, "on"));
}

struct putting {
    struct repo *repo;
    const char *badge;
    const json_t *entry;
};

static enum rc entry_put(struct store_txn *txn, void *context, struct fault *why)
{
    const struct putting *p = context;
    return view_put(p->repo, txn, TABLE_TOTP, p->badge, p->entry, why);
}

enum rc totp_begin(struct repo *repo, const char *badge,
                   char ret_secret[TOTP_SECRET_TEXT], struct fault *why)
{
    SCOPED(key_wipe_at) uint8_t key[SEAL_KEY];
    uint8_t secret[TOTP_SECRET], sealed[SEALED];
    char text[SEALED_TEXT];
    if (totp_is_on(repo, badge))
        return fault_set(why, RC_CONFLICT, 0,
                         "已经设置过动态验证码；换手机请先找另一位管理员重置");
    enum rc rc = key_read(repo, true, key, why);
    random_fill(secret, sizeof secret);
    if (!rc &&
        seal_make(key, text_bytes(badge), (struct bytes){ secret, TOTP_SECRET }, sealed))
        rc = fault_set(why, RC_NO_MEMORY, 0, "no memory for a secret");
    if (rc)
        return rc;
    base64_write((struct bytes){ sealed, SEALED }, text);
    totp_secret_text(secret, ret_secret);
    explicit_bzero(secret, sizeof secret);
    SCOPED(json_free_at)
    json_t *entry = json_pack("{s:i, s:s, s:i}", "on", 0, "secret", text, "last_step", 0);
    struct putting putting = { repo, badge, entry };
    return store_update(repo->store, entry_put, &putting, why);
}

/* Letters and digits alone, in lower case, as SHA-256. */
static void recovery_hash(const char *code, char ret_hex[SHA256_HEX])
{
    char plain[RECOVERY_TEXT] = "";
    size_t len = 0;
    for (; *code && len < sizeof plain - 1; code++)
        if (isalnum((unsigned char)*code))
            plain[len++] = (char)tolower((unsigned char)*code);
    hash_hex(hash_sha256(text_bytes(plain)), ret_hex);
    explicit_bzero(plain, sizeof plain);
}

/* "k3vd-...": sixteen letters of base32. */
static void recovery_make(char ret_text[RECOVERY_TEXT])
{
    uint8_t random[TOTP_SECRET];
    char text[TOTP_SECRET_TEXT];
    random_fill(random, sizeof random);
    totp_secret_text(random, text);
    for (size_t i = 0; text[i]; i++)
        text[i] = (char)tolower((unsigned char)text[i]);
    snprintf(ret_text, RECOVERY_TEXT, "%.4s-%.4s-%.4s-%.4s", text, text + 4, text + 8,
             text + 12);
}

enum rc totp_confirm(struct repo *repo, const char *badge, const char *code,
                     int64_t now_ms, json_t **ret_entry, json_t **ret_codes,
                     struct fault *why)
{
    uint8_t secret[TOTP_SECRET];
    int64_t step = 0;
    SCOPED(json_free_at) json_t *entry = NULL;
    enum rc rc = view_find(repo, TABLE_TOTP, badge, &entry);
    if (rc || json_integer_value(json_object_get(entry, "on")))
        return fault_set(why, RC_REFUSED, 0, "请先开始设置，扫描二维码");
    rc = secret_open(repo, badge, entry, secret, why);
    if (rc)
        return rc;
    bool fits = totp_fits((struct bytes){ secret, TOTP_SECRET }, code, now_ms, 0, &step);
    explicit_bzero(secret, sizeof secret);
    if (!fits)
        return fault_set(why, RC_REFUSED, 0,
                         "验证码不对；请核对手机的时间，再输入现在显示的六位数字");
    json_t *codes = json_array(), *hashes = json_array();
    for (int i = 0; i < RECOVERY_CODES; i++) {
        char text[RECOVERY_TEXT], hex[SHA256_HEX];
        recovery_make(text);
        recovery_hash(text, hex);
        json_array_append_new(codes, json_string(text));
        json_array_append_new(hashes, json_string(hex));
    }
    *ret_entry =
        json_pack("{s:i, s:s, s:I, s:o}", "on", 1, "secret", text_of(entry, "secret"),
                  "last_step", (json_int_t)step, "recovery", hashes);
    *ret_codes = codes;
    return RC_OK;
}

/* The place of a recovery code among those that are left, or their number. */
static size_t recovery_find(const json_t *left, const char *code)
{
    char hex[SHA256_HEX];
    size_t i = 0;
    recovery_hash(code, hex);
    while (i < json_array_size(left) &&
           strcmp(json_string_value(json_array_get(left, i)), hex) != 0)
        i++;
    return i;
}

enum rc totp_take(struct repo *repo, const char *badge, const char *code, int64_t now_ms,
                  struct fault *why)
{
    uint8_t secret[TOTP_SECRET];
    int64_t step = 0;
    SCOPED(json_free_at) json_t *entry = NULL;
    enum rc rc = view_find(repo, TABLE_TOTP, badge, &entry);
    if (!rc)
        rc = secret_open(repo, badge, entry, secret, why);
    if (rc)
        return fault_set(why, RC_CORRUPT, 0, "the one-time codes of %s", badge);
    int64_t last = json_integer_value(json_object_get(entry, "last_step"));
    bool fits =
        totp_fits((struct bytes){ secret, TOTP_SECRET }, code, now_ms, last, &step);
    explicit_bzero(secret, sizeof secret);
    json_t *left = json_object_get(entry, "recovery");
    size_t recovery = fits ? 0 : recovery_find(left, code);
    if (!fits && recovery == json_array_size(left))
        return fault_set(why, RC_DENIED, 0, "验证码不对，或已经用过");
    if (fits)
        json_object_set_new(entry, "last_step", json_integer((json_int_t)step));
    else
        json_array_remove(left, recovery);
    struct putting putting = { repo, badge, entry };
    return store_update(repo->store, entry_put, &putting, why);
}
