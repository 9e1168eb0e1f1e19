/* From pictures in the order of feeding to items of the catalogue.
 *
 * A separator starts an item of its row; the pages behind it belong to it until the next
 * one. Blanks, covers and separators are kept and listed, in no item. What a program must
 * not decide alone is a doubt, with a sentence for the operator. Pure. */
#ifndef STATION_GROUP_H
#define STATION_GROUP_H

#include "station/job.h"

/* Set image->row of each picture from the separators and the operator's decisions. */
void group_pages(struct job *job);

/* The last leaf whose patch code ends the volume; 0 none. */
unsigned group_end_leaf(const struct job *job);

/* For the files of grouping only: the first label of ours of this type on the picture;
 * 1 正卷, 2 副卷; does this separator end the volume; the row of what lies behind a
 * separator, where `current` is that of what lies before it. */
bool group_find_label(const struct job_image *image, enum label_type type,
                      struct label *ret, char ret_text[LABEL_TEXT_MAX]);
unsigned group_kind_of_volume(const struct job *job);
bool group_ends_volume(const struct job *job, const struct job_image *image);
unsigned group_row_behind(const struct job *job, const struct job_image *image,
                          unsigned current);

/* What the pages tell beside each other (station/page/sequence.h), into image->beside; a
 * part of group_pages(). */
void group_order(struct job *job);

/* Every reason for a second look at this picture: its own, and those beside others. New
 * reference. */
json_t *group_image_qc(const struct job_image *image);

/* True when no picture waits to be read. */
bool group_all_read(const struct job *job);

/* Does this picture need a person? Then *ret_sentence says why and what to do. Only the
 * cover of another volume is told before all pictures were read, since the separator of a
 * page may still be among the unread. */
bool group_image_doubt(const struct job *job, const struct job_image *image,
                       char ret_sentence[JOB_SENTENCE_MAX]);
/* The same for the job as a whole: a page in doubt, or no cover was seen. */
bool group_doubt(const struct job *job, char ret_sentence[JOB_SENTENCE_MAX]);
/* True when a cover among the pictures names another volume than the job's. */
bool group_other_volume(const struct job *job, char ret_label[LABEL_TEXT_MAX]);

struct group_counts {
    unsigned pages, blank, cover, separators, unread, failed;
};
struct group_counts group_count(const struct job *job);

/* What the picture's title says it is, for a person to confirm: NULL when nothing is
 * proposed, or it was confirmed, or a page inside an item says what the item is. */
const struct title_proposal *group_proposal(const struct job_image *image);

/* Title of a catalogue row: from the repository's rules, else "第6项". */
void group_title(const struct job *job, unsigned row, char ret_title[JOB_TITLE_MAX]);

/* The upload manifest (docs/api.md). New reference. group_pages() was called before. */
json_t *group_manifest(const struct job *job, const char *station);

#endif
