/* juanku rack sign: the key pair of racks' programs, and a program with its signature.
 * The private key stays in its file; the bootloader only knows the public one. */
#include "cli/args.h"
#include "cli/cmd.h"
#include "cli/cmd_rack.h"
#include "cli/rack_file.h"
#include "drivers/rack/rack_sign.h"
#include "sys/file.h"
#include "sys/scope.h"

#include <stdio.h>
#include <stdlib.h>

static void help(void)
{
    puts("usage: juanku rack sign --key-file F\n"
         "       juanku rack sign --key-file F --board N --security N --version A.B.C "
         "--image BODY -o IMAGE\n\n"
         "Without --image: prints the public key, 64 hexadecimal digits; F is made when "
         "it "
         "is not\nthere, for nobody else to read. Keep it off every net.\n"
         "With it: signs the program BODY for controllers of board N (register 0x0102). "
         "The\nsecurity version never goes down on a controller: raise it when an older "
         "program must\nnever run again.");
}

static enum rc print_public(const uint8_t seed[ED25519_SEED])
{
    uint8_t key[ED25519_PUBLIC];
    enum rc rc = sign_public(seed, key);
    for (size_t i = 0; i < sizeof key && !rc; i++)
        printf("%02x", key[i]);
    if (!rc)
        puts("");
    return rc;
}

static enum rc sign_file(const char *from, const char *to, const struct rack_image *about,
                         const uint8_t seed[ED25519_SEED], struct fault *why)
{
    SCOPED(fd_close_at) int dir = -1;
    SCOPED(fd_close_at) int to_dir = -1;
    SCOPED(free_at) char *body = NULL;
    SCOPED(free_at) uint8_t *file = NULL;
    const char *name;
    size_t len = 0, file_len = 0;
    enum rc rc = rack_file_folder(from, &dir, &name, why);
    if (!rc)
        rc = file_read(dir, name, RACK_IMAGE_AREA, &body, &len, why);
    if (!rc)
        rc = rack_sign((struct bytes){ (uint8_t *)body, len }, about, seed, &file,
                       &file_len, why);
    if (!rc)
        rc = rack_file_folder(to, &to_dir, &name, why);
    return rc ? rc : file_replace(to_dir, name, (struct bytes){ file, file_len }, why);
}

static bool read_version(const char *text, struct rack_image *about)
{
    unsigned major, minor, patch;
    char rest;
    if (sscanf(text, "%u.%u.%u%c", &major, &minor, &patch, &rest) != 3 ||
        (major | minor | patch) > UINT8_MAX)
        return false;
    about->major = (uint8_t)major;
    about->minor = (uint8_t)minor;
    about->patch = (uint8_t)patch;
    return true;
}

int rack_sign_command(int argc, char **argv)
{
    const char *key_file = NULL, *image = NULL, *to = NULL, *version = "";
    const char *board = "", *security = "";
    bool asked = false;
    const struct arg table[] = {
        { "key-file", &key_file, NULL },
        { "image", &image, NULL },
        { "o", &to, NULL },
        { "version", &version, NULL },
        { "board", &board, NULL },
        { "security", &security, NULL },
        { "help", NULL, &asked },
    };
    struct args args;
    struct fault why = { .rc = RC_OK };
    struct rack_image about = { .board = 0 };
    uint8_t seed[ED25519_SEED];
    long number = 0, level = 0;
    if (!args_read("rack sign", argc, argv, table, COUNT(table), &args))
        return EXIT_USAGE;
    if (asked) {
        help();
        return EXIT_OK;
    }
    if (!key_file || args.count || !image != !to)
        return cmd_usage("rack sign", "--key-file is expected, and --image with -o");
    if (image && (!args_number("rack sign", "board", board, 0, UINT16_MAX, &number) ||
                  !args_number("rack sign", "security", security, 0, UINT16_MAX, &level)))
        return EXIT_USAGE;
    if (image && !read_version(version, &about))
        return cmd_usage("rack sign", "--version is expected, as 1.2.3");
    about.board = (uint16_t)number;
    about.security = (uint16_t)level;
    enum rc rc = rack_file_key(key_file, !image, seed, sizeof seed, &why);
    if (!rc)
        rc = image ? sign_file(image, to, &about, seed, &why) : print_public(seed);
    return rc ? cmd_fail(&why) : EXIT_OK;
}
