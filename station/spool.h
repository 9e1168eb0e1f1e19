/* The spool: where scanned sheets are safe until the repository has them.
 *
 *   DIR/lock                        held by the one session that uses it
 *   DIR/rules-1.json                last rules of the repository, by kind of volume
 *   DIR/shift-2026-11-23.json       figures of jobs of that day that are not in memory
 *   DIR/handover-2026-11-23.json    shifts that were handed over that day
 *   DIR/keys.json                   keys that the people of this station chose
 *   DIR/JOBID/made                  empty; written last when a job is made, so that a job
 *                                   is there whole or not at all; its age is the job's
 *   DIR/JOBID/job.json              the job: what was declared, decided, its state
 *   DIR/JOBID/manifest.json         what is sent, made once when the job is handed in
 *   DIR/JOBID/sheets/0001-front.jpg the scanner's own bits, never changed
 *   DIR/JOBID/sheets/0001.json      the sheet's record; says what it was fed for, when it
 *                                   is a repair. Numbers are leaves: the order of
 *                                   feeding; job.json has the order of the volume
 *   DIR/JOBID/sheets/0001-front.json, .pdf, .txt, .words.json, .thumb.jpg, .view.jpg
 *                                   what was made from it; can be made again
 *   DIR/JOBID/aside/                bits of sheets that were never acknowledged
 *
 * A sheet is acknowledged by the appearance of its record, after the bits of both its
 * sides were flushed. Bits without a record are no sheet: when a job is loaded they are
 * moved aside and the paper has to be fed again.
 *
 * Used by the session role only, from its one thread. Calls block for as long as the disk
 * takes to flush. Each write is on the disk, file and folder, when it returns RC_OK;
 * RC_FULL means that nothing was changed and there is no space. */
#ifndef STATION_SPOOL_H
#define STATION_SPOOL_H

#include "core/bytes.h"
#include "station/job.h"

enum {
    SPOOL_JOBS_MAX = 4096,
    SPOOL_JSON_MAX = 16 * 1024 * 1024,
    SPOOL_CAPTURE_MAX = 256 * 1024 * 1024,
    SPOOL_NAME_MAX = 32,
};

struct spool;

/* Open, making the folder where there is none.
 *   RC_AGAIN  another station process uses it */
MUST_USE enum rc spool_open(const char *dir, struct spool **ret_spool, struct fault *why);
void spool_close(struct spool *spool); /* accepts NULL */

/* Free space in MiB, as an ordinary user may use it. */
uint64_t spool_free_mb(const struct spool *spool);

/* Ids of the jobs in the spool, oldest first. The caller frees the array. */
MUST_USE enum rc spool_list(struct spool *spool, char (**ret_ids)[JOB_ID_LEN + 1],
                            size_t *ret_count, struct fault *why);
/* Folders and job.json of a new job. */
MUST_USE enum rc spool_create_job(struct spool *spool, const struct job *job,
                                  struct fault *why);
/* job.json again. */
MUST_USE enum rc spool_save_job(struct spool *spool, const struct job *job,
                                struct fault *why);
/* Everything that is acknowledged, back in memory. Captures whose result is not there, or
 * not whole, come back as IMAGE_CAPTURED. When a record or capture is damaged the job
 * ends before that sheet, the rest is moved aside, and job->note says so. RC_CORRUPT
 * job.json itself cannot be read */
MUST_USE enum rc spool_load_job(struct spool *spool, const char *id, struct job **ret_job,
                                struct fault *why);
/* Delete a job with all its files. For jobs that are done or abandoned. */
MUST_USE enum rc spool_remove_job(struct spool *spool, const char *id, struct fault *why);

/* The scanner's bits of one side, read from `fd` (any file, from its start). Sets file,
 * sha256 and bytes of *capture; the caller filled the rest. Not acknowledged yet. */
MUST_USE enum rc spool_put_capture(struct spool *spool, const struct job *job,
                                   unsigned leaf, enum side side, int fd,
                                   struct capture *capture, struct fault *why);
/* Write the sheet's record: now it is acknowledged, and for a repair (job->repair) it has
 * also taken its place. RC_EXISTS: it was already. */
MUST_USE enum rc spool_put_sheet(struct spool *spool, const struct job *job,
                                 unsigned leaf, const struct capture *sides,
                                 unsigned count, struct fault *why);
/* Move the bits of sheets after `last` aside: they were never acknowledged. */
MUST_USE enum rc spool_set_aside(struct spool *spool, const char *id, unsigned last,
                                 struct fault *why);

/* What was made from a picture. */
enum spool_part { PART_PDF, PART_TEXT, PART_WORDS, PART_THUMB, PART_VIEW, PART_COUNT };

/* The parts, then the result that names their hashes. fds[i] is -1 where there is none.
 * Adds "pdf_sha256", "text_sha256", "words_sha256", "thumb_sha256", "view_sha256" to
 * `result`. They can be made again from the capture, so they are on the disk only after
 * spool_flush_results(); what a power cut took or spoilt before that, spool_load_job()
 * finds out. */
MUST_USE enum rc spool_put_result(struct spool *spool, const struct job *job,
                                  const struct job_image *image, json_t *result,
                                  const int fds[PART_COUNT], struct fault *why);

/* All results of a job that are there: call it before the job is promised to anybody. */
MUST_USE enum rc spool_flush_results(struct spool *spool, const struct job *job,
                                     struct fault *why);
/* The parts alone, to look at until the page is read. */
MUST_USE enum rc spool_put_look(struct spool *spool, const struct job *job,
                                const struct job_image *image, json_t *result,
                                const int fds[PART_COUNT], struct fault *why);

/* Open for reading; the caller closes *ret_fd. RC_NOT_FOUND: there is none. */
MUST_USE enum rc spool_open_capture(struct spool *spool, const struct job *job,
                                    const struct job_image *image, int *ret_fd,
                                    struct fault *why);
MUST_USE enum rc spool_open_part(struct spool *spool, const struct job *job,
                                 const struct job_image *image, enum spool_part part,
                                 int *ret_fd, struct fault *why);
/* The field of a result that holds the hash of a part: "pdf_sha256"; its media type. */
const char *spool_part_field(enum spool_part part);
const char *spool_part_type(enum spool_part part);

/* Named JSON files: `id` NULL for the spool's own folder, else the job's. */
MUST_USE enum rc spool_put_json(struct spool *spool, const char *id, const char *name,
                                const json_t *json, struct fault *why);
MUST_USE enum rc spool_get_json(struct spool *spool, const char *id, const char *name,
                                json_t **ret_json, struct fault *why);

/* For the files of the spool only: the folder DIR/`id`/`below`; `below` may be "". */
MUST_USE enum rc spool_folder(struct spool *spool, const char *id, const char *below,
                              int *ret_dir, struct fault *why);
/* "0001-front" and its ending. */
void spool_image_name(const struct job_image *image, const char *ending,
                      char ret_name[SPOOL_NAME_MAX]);
const char *spool_part_ending(enum spool_part part);
#endif
