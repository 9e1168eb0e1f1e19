/* MD5 (RFC 1321), only to read bags of other programs that were made with it. Our own
 * bags use SHA-512; nothing is ever trusted because of an MD5 alone. */
#ifndef REPO_BAGIT_MD5_H
#define REPO_BAGIT_MD5_H

#include "core/bytes.h"

enum { MD5_HEX = 33 };

void md5_hex(struct bytes data, char ret_hex[MD5_HEX]);

#endif
