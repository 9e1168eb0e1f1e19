/* juanku session totp: set one-time codes up at a terminal. Returns an exit code. */
#ifndef CLI_SESSION_TOTP_H
#define CLI_SESSION_TOTP_H

/* Shows the QR code, asks for a code on standard input, shows the recovery codes. */
int session_totp(void);

#endif
