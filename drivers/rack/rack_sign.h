/* Making the file that a rack runs: a head with a signature before a program. */
#ifndef DRIVERS_RACK_SIGN_H
#define DRIVERS_RACK_SIGN_H

#include "core/rack_image.h"
#include "core/rc.h"
#include "sys/fault.h"
#include "sys/hash.h"

/* Of `about`, board, security and version count; the rest is worked out here. The body is
 * filled up with 0xFF to a multiple of 4. The caller frees *ret_file.
 *   RC_INVALID  the body is empty, or longer than RACK_IMAGE_BODY_MAX */
MUST_USE enum rc rack_sign(struct bytes body, const struct rack_image *about,
                           const uint8_t seed[ED25519_SEED], uint8_t **ret_file,
                           size_t *ret_len, struct fault *why);

#endif
