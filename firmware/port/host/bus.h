/* The RS-485 line, played by a pseudo terminal. A link with a lasting name points to the
 * end that hosts open; this process holds that end open too, so hosts come and go. */
#ifndef HOST_BUS_H
#define HOST_BUS_H

/* Make the terminal and the link; ends the process with a sentence when it cannot. */
void bus_open(const char *link);
int bus_fd(void);       /* to poll for input */
void bus_receive(void); /* what an interrupt would do: bytes into the ring */
void bus_close(void);

struct bus_counts {
    unsigned long long received, sent;
};
struct bus_counts bus_counts(void);

#endif
