/* The submit role: the station's only way to the network. No files
 * but the certificates and this station's key: what it sends comes as descriptors, the
 * password of the station's account through the channel. Every exchange may be repeated
 * with the same result, so the session decides about retries.
 *
 * Calls (JSON over the channel); each is answered once, in order:
 *   {"do":"set","url","ca","cert","key","user","password","timeout_ms"}   once, first;
 *                                           ca, cert and key are paths, "" for none
 *   {"do":"login","login","password","code"}   a person's log-in, with no other effect
 * here
 *   {"do":"ask","method","path","body"?}    with the station's own account
 *   {"do":"put","sha256","type"} + descriptor   HEAD, and PUT when it is not there
 * Answer: {"rc":0,"json":…} or {"rc":N,"sentence":"…"}; N is enum rc, the sentence
 * Chinese. */
#ifndef STATION_SUBMIT_H
#define STATION_SUBMIT_H

/* The whole life of the role; returns the exit status. */
int submit_main(void);

#endif
