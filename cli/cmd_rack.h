/* Parts of `juanku rack` with files of their own; each reads its own options. */
#ifndef CLI_CMD_RACK_H
#define CLI_CMD_RACK_H

int rack_sign_command(int argc, char **argv);
int rack_update_command(int argc, char **argv);

#endif
