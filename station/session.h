/* The session role: the operator's side of the station. It owns the spool and the jobs,
 * serves the local page, and starts again what dies below it. One thread, one loop.
 *
 *   scan role ----pictures----> session ----blobs, manifest----> submit role ---> repod
 *                                | ^  ^
 *              page workers <----+ |  +---- browser of the operator (HTTP, SSE)
 *                                spool
 *
 * This header is for the files of the session only. */
#ifndef STATION_SESSION_H
#define STATION_SESSION_H

#include "drivers/barcode/barcode.h"
#include "net/http_server.h"
#include "station/child.h"
#include "station/crew.h"
#include "station/group.h"
#include "station/job.h"
#include "station/page/page.h"
#include "station/profile.h"
#include "station/settings.h"
#include "station/spool.h"

enum {
    SESSION_JOBS_MAX = 64,
    SESSION_STREAMS_MAX = 32,
    SESSION_RECENT_MAX = 20,
    SESSION_SIGHTS_MAX = 48, /* what pages look like, kept for their neighbours */
};

enum feeder_state { FEEDER_ABSENT, FEEDER_IDLE, FEEDER_SCANNING };

/* The session's side of the scan role. */
struct feeder {
    struct child child;
    enum feeder_state state;
    char name[256];         /* of the scanner, for the page */
    char sentence[512];     /* why it is absent or what went wrong last; "" none */
    struct capture open[2]; /* sides of the sheet that is not acknowledged yet */
    unsigned open_count;
    unsigned first_leaf; /* of this feeding */
    bool stop_asked;
    bool waits_for_paper;   /* the scan role holds the device and tells its sensors */
    char stop_code[24];     /* why the next sheet will not be asked for; "" none */
    sd_event_source *watch; /* armed while scanning: silence, or a stop that hangs */
};

/* The session's side of the submit role and of the repository. */
struct uplink {
    struct child child;
    bool up;
    char sentence[512];
    struct job *job;        /* borrowed: being sent; NULL none */
    unsigned index;         /* picture whose parts are being sent, from 1 */
    unsigned part;          /* 0 capture, 1.. parts */
    unsigned tries;         /* failures in a row */
    bool busy;              /* a call is under way */
    sd_event_source *timer; /* of the next try */
    sd_event_source *ping;  /* of the next look whether the repository is there */
};

/* The barcode readers of this station (session_readers.c). */
struct readers {
    struct barcode *at[BARCODE_READERS_MAX]; /* owned */
    size_t count;
    struct barcode_gate gate; /* one for all: a label may pass two beams */
    struct barcode_handlers handlers;
    uint64_t said, taken; /* number of the last read told, and acted on */
};

/* What one side of a sheet looks like; see session_sights.c. */
struct seen_sheet {
    char job[JOB_ID_LEN + 1];
    unsigned leaf;
    enum side side;
    char *data; /* owned; NULL: none */
    size_t len;
};

struct session {
    sd_event *loop;
    struct settings set;
    struct page_limits limits; /* to judge pages by */
    struct {
        struct seen_sheet at[SESSION_SIGHTS_MAX];
        size_t next; /* the oldest: to be overwritten */
    } sights;
    struct profiles profiles;
    struct spool *spool;
    struct page_pool *pool;
    struct page_pool *look_pool; /* first looks; NULL where pages are not recognised */
    struct http_server *http;
    struct feeder feeder;
    struct uplink uplink;
    struct readers readers;
    struct crew crew;
    struct job
        *jobs[SESSION_JOBS_MAX]; /* owned: all that are not finished, and recents */
    size_t job_count;
    struct job *current; /* borrowed from jobs; what the page shows; NULL none */
    struct http_stream *streams[SESSION_STREAMS_MAX];
    json_t *returns;          /* owned; what quality control sent back, or NULL */
    json_t *keys;             /* owned; keys of this station: action to key; or NULL */
    sd_event_source *publish; /* runs once when `dirty` */
    bool pages_dirty;         /* rows or doubts of pages may have changed */
};

/* session.c: the whole life of the role; returns the exit status. */
int session_main(const struct settings *settings);

/* session_job.c: events of jobs. ------------------------------------------------- */

/* Let the table decide, save, publish. RC_REFUSED as job_next(); RC_FULL etc. when a
 * decision could not be saved (the old state stands then). */
MUST_USE enum rc session_event(struct session *s, struct job *job, enum job_event event,
                               struct fault *why);
/* Save without a change of state; a failure is logged and told on the page. */
void session_save(struct session *s, struct job *job);
/* Look again at what pages say: other volume, doubts, clear. Call after each change. */
void session_review(struct session *s, struct job *job);
/* The number of sheets, declared or counted, changed while nothing is fed: do they add up
 * now? */
void session_count_again(struct session *s, struct job *job);
/* Feeding ended: with the scanner's word for it ("no-docs", "jam", ...). */
void session_feeding_ended(struct session *s, const char *code);
/* A job by its id; NULL none. Borrowed. */
struct job *session_find(struct session *s, const char *id);
MUST_USE enum rc session_adopt(struct session *s, struct job *job, struct fault *why);
void session_forget(struct session *s, struct job *job);
void session_restore(struct session *s);
void session_trim(struct session *s);

/* session_shift.c: write a job's figures into the file of their day. Before its files are
 * deleted or it is forgotten. */
MUST_USE enum rc session_shift_keep(struct session *s, const struct job *job,
                                    struct fault *why);
/* The figures of a day as shift_sum() gives them; new reference. */
MUST_USE enum rc session_shift_figures(struct session *s, const char *day,
                                       json_t **ret_figures, struct fault *why);
/* session_handover.c: what is open, each with where it stands; and the hand-overs of a
 * day. New references. */
json_t *session_open_jobs(const struct session *s);
MUST_USE enum rc session_handovers(struct session *s, const char *day, json_t **ret_list,
                                   struct fault *why);
/* How this job is scanned; never NULL. */
const struct profile *session_profile(const struct session *s, const struct job *job);
/* What the job itself has to know of it; call when the profile was chosen. */
void session_profile_apply(const struct session *s, struct job *job);

/* session_pages.c: pictures to the workers and back. ------------------------------- */
void session_read_pages(struct session *s);
/* The recogniser of the settings, as struct page_options wants it. */
void session_model(const struct session *s, char ret_spec[PAGE_SPEC_MAX]);
/* `spec`: "chi_sim_best", "tesseract:chi_sim"; NULL: the station's own. When that model
 * is missing, what was read before stands, and the job's note says why. */
MUST_USE enum rc session_read_again(struct session *s, struct job *job, unsigned index,
                                    const char *spec, struct fault *why);

/* session_master.c: what the master of a picture is to say (nothing, when none are made),
 * and the finished one into its folder, durable. `capture_fd` has the time of capture. A
 * failure is logged and told at the job: the capture is safe, masters can be made again.
 */
void session_master_want(const struct session *s, const struct job *job,
                         const struct job_image *image, int capture_fd,
                         struct page_master *ret_master);
void session_master_keep(const struct session *s, struct job *job,
                         const struct job_image *image, int master_fd);

/* session_sights.c: is this side the same as that of the sheet before or behind? Adds
 * "same_as" to `result` and keeps the sight for the next ones. */
void session_sight(struct session *s, const struct job *job,
                   const struct job_image *image, int sight_fd, json_t *result);
void session_sights_free(struct session *s);

/* feeder.c ------------------------------------------------------------------------- */
void feeder_start_role(struct session *s);
MUST_USE enum rc feeder_scan(struct session *s, struct fault *why);
/* Let the scan role watch for paper, or not any more. Call when jobs or devices changed.
 */
void feeder_watch_paper(struct session *s);
MUST_USE enum rc feeder_stop(struct session *s, struct fault *why);

/* session_readers.c ---------------------------------------------------------------- */

/* RC_INVALID: the setting is wrong. A reader that is not plugged in is no error. */
MUST_USE enum rc session_readers_open(struct session *s, struct fault *why);
void session_readers_close(struct session *s);
/* May read number `read` be acted on? True once for each. */
bool session_readers_take(struct session *s, uint64_t read);
json_t *session_readers_json(const struct session *s);

/* uplink.c, upload.c ------------------------------------------------------------------
 */

/* What the repository answered. `rc` RC_OK: `json` is its answer (borrowed, may be NULL);
 * else `sentence` says why, in Chinese. */
typedef void uplink_done(struct session *s, enum rc rc, const json_t *json,
                         const char *sentence, void *context);
void uplink_start_role(struct session *s);
/* Ask through the submit role. `body` is stolen: {"do":"login"|"ask"|"put",...}. `done`
 * is called exactly once, maybe before this returns. */
void uplink_call(struct session *s, json_t *body, int fd, uplink_done *done,
                 void *context);
void uplink_set_up(struct session *s, bool up, const char *sentence);
/* Send what waits, if nothing is being sent. */
void upload_run(struct session *s);
/* The network or the account may be back: do not wait for the timer. */
void upload_wake(struct session *s);
size_t upload_waiting(const struct session *s);

/* session_returns.c: ask what was sent back; the list for the page (new reference); is
 * the job of this volume here, and take it on. RC_NOT_FOUND, RC_CONFLICT with a sentence.
 */
void session_returns_ask(struct session *s);
json_t *session_returns_json(const struct session *s);
bool session_return_here(const struct session *s, const char *volume);
MUST_USE enum rc session_return_open(struct session *s, const char *volume,
                                     struct fault *why);

/* session_state.c: JSON for the page ------------------------------------------------- */
json_t *session_state_json(struct session *s, bool with_pages);
json_t *session_state_page(const struct job *job, unsigned index);

/* session_stream.c ------------------------------------------------------------------- */
void session_stream_open(struct session *s, struct http_request *request);
/* Something changed: tell all readers soon. */
void session_stream_state(struct session *s);
void session_stream_page(struct session *s, struct job *job, unsigned index);
/* The same for `first` and all behind it: their places changed. */
void session_stream_pages(struct session *s, struct job *job, unsigned first);
/* A reader read something, at once and once; `said` is stolen. */
void session_stream_read(struct session *s, json_t *said);

/* session_api.c, session_*_api.c: routes ------------------------------------------------
 */
extern const struct http_route session_routes[];
extern const size_t session_route_count;
void session_api_before(struct http_request *request, void *context);
/* The operator of this request; NULL when nobody is logged in, answered 401 then. */
const struct crew_member *session_api_who(struct session *s,
                                          struct http_request *request);
/* The same, also while the place is locked. */
const struct crew_member *session_api_who_to_stop(struct session *s,
                                                  struct http_request *request);
/* The log-in that a request carries, or NULL. Borrowed. */
const char *session_api_token(const struct http_request *request);
/* Let in who the repository knows by `json`, an answer of POST /v1/session. The password
 * of the request's body is kept for the lock. The cookie makes it this browser's place.
 */
MUST_USE enum rc session_api_enter(struct session *s, struct http_request *request,
                                   const json_t *json, const struct crew_member **ret_who,
                                   struct fault *why);
void session_api_cookie(struct http_request *request, const struct crew_member *who);
/* Answer a fault as a problem. */
void session_api_fault(struct http_request *request, const struct fault *why);
void session_api_ok(struct http_request *request);
void session_api_job_new(struct http_request *request, void *context);
void session_api_job_start(struct http_request *request, void *context);
void session_api_job_stop(struct http_request *request, void *context);
void session_api_job_finish(struct http_request *request, void *context);
void session_api_job_abandon(struct http_request *request, void *context);
void session_api_job_next(struct http_request *request, void *context);
void session_api_job_recount(struct http_request *request, void *context);
void session_api_repair(struct http_request *request, void *context);
void session_api_gone_picture(struct http_request *request, void *context);
void session_api_label(struct http_request *request, void *context);
void session_api_rows(struct http_request *request, void *context);
void session_api_image_edit(struct http_request *request, void *context);
void session_api_image_part(struct http_request *request, void *context);
void session_api_job_profile(struct http_request *request, void *context);
void session_api_return(struct http_request *request, void *context);
void session_api_seen(struct http_request *request, void *context);
void session_api_shift(struct http_request *request, void *context);
void session_api_handover(struct http_request *request, void *context);
void session_api_keys(struct http_request *request, void *context);
void session_api_awake(struct http_request *request, void *context);
void session_api_lock(struct http_request *request, void *context);
void session_api_unlock(struct http_request *request, void *context);
/* session_desk_api.c: read the station's keys; a damaged file is left out. */
void session_keys_load(struct session *s);
/* What the buttons do, for command cards too. */
MUST_USE enum rc job_do_start(struct session *s, const struct crew_member *who,
                              struct fault *why);
MUST_USE enum rc job_do_finish(struct session *s, struct fault *why);
/* Hand in what is finished, and make the page free for the next volume. */
MUST_USE enum rc job_do_next(struct session *s, struct fault *why);
/* A repair, and a decision about one picture, as their requests ask for them. */
MUST_USE enum rc session_repair(struct session *s, const struct crew_member *who,
                                const json_t *body, struct fault *why);
MUST_USE enum rc session_decide(struct session *s, const struct crew_member *who,
                                unsigned index, const json_t *body, struct fault *why);

#endif
