/* The commands of `juanku`: each gets the words after its own name as argv[1..], with
 * argv[0] its full name, and returns an exit code. Results go to stdout, messages to
 * stderr. */
#ifndef CLI_CMD_H
#define CLI_CMD_H

#include "core/bytes.h"
#include "core/rc.h"
#include "sys/fault.h"

enum exit_code {
    EXIT_OK = 0,
    EXIT_USAGE = 1,
    EXIT_INPUT = 2,
    EXIT_DEPENDENCY = 3,
    EXIT_OUTPUT = 4,
    EXIT_ACCESS = 5,
    EXIT_RULE = 6,
    EXIT_AWAY = 7,
};

/* The exit code that stands for a result code. */
int exit_of_rc(enum rc rc);
/* Print "juanku: text" to stderr and return the exit code of why->rc. */
int cmd_fail(const struct fault *why);
/* Print "juanku NAME: sentence" and the hint to --help; returns EXIT_USAGE. */
int cmd_usage(const char *name, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Engine and model as one word, either may be NULL. Borrowed from a static place: there
 * is one command. */
const char *cmd_reader_spec(const char *engine, const char *model);

int cmd_convert(int argc, char **argv);
int cmd_reocr(int argc, char **argv);
int cmd_devices(int argc, char **argv);
int cmd_scan(int argc, char **argv);
int cmd_reader(int argc, char **argv);
int cmd_rack(int argc, char **argv);
int cmd_label(int argc, char **argv);
int cmd_ledger(int argc, char **argv);
int cmd_repo(int argc, char **argv);
int cmd_repo_fixity(int argc, char **argv);
int cmd_session(int argc, char **argv);
int cmd_case(int argc, char **argv);
int cmd_volume(int argc, char **argv);
int cmd_batch(int argc, char **argv);
int cmd_intake(int argc, char **argv);
int cmd_loan(int argc, char **argv);
int cmd_retention(int argc, char **argv);
int cmd_stocktake(int argc, char **argv);
int cmd_person(int argc, char **argv);
int cmd_slot(int argc, char **argv);
int cmd_binding(int argc, char **argv);
int cmd_archive(int argc, char **argv);
int cmd_station(int argc, char **argv);

#endif
