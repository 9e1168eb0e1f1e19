/* Reading a worker's reply (worker.h says how it looks). Nothing in it is believed before
 * it was checked: a hostile picture may have taken the worker over. */
#ifndef STATION_PAGE_REPLY_H
#define STATION_PAGE_REPLY_H

#include "station/page/page.h"
#include "sys/ipc.h"

/* RC_OK: *ret_result and *ret_files are set, the descriptors taken out of the reply.
 * Another code with a *ret_sentence (borrowed from the reply): the worker's verdict on
 * the picture. RC_CORRUPT with NULL: the reply makes no sense. */
MUST_USE enum rc page_reply_read(struct ipc_message *reply,
                                 struct page_result *ret_result,
                                 struct page_files *ret_files, const char **ret_sentence);

void page_files_close(struct page_files *files); /* what is still in it */

#endif
