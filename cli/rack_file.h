/* Keys of racks as small files of hexadecimal digits, for nobody else to read. */
#ifndef CLI_RACK_FILE_H
#define CLI_RACK_FILE_H

#include "core/rc.h"
#include "sys/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Read `len` bytes, at most 32, from `path`. When there is no such file and `make` is
 * set, random ones are made and kept there, mode 0600. RC_INVALID: another content. */
MUST_USE enum rc rack_file_key(const char *path, bool make, uint8_t *ret_key, size_t len,
                               struct fault *why);

/* Open the folder that `path` stands in; *ret_name points into `path`. */
MUST_USE enum rc rack_file_folder(const char *path, int *ret_dir, const char **ret_name,
                                  struct fault *why);

#endif
