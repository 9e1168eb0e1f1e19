/* What stationd.conf can say. Each setting stands once, in station_settings_keys:
 * spelling, bounds, preset and help; docs/man/juanku-stationd.conf.5 is checked
 * against it. */
#ifndef STATION_SETTINGS_H
#define STATION_SETTINGS_H

#include "sys/conf.h"

enum { SETTINGS_TEXT_MAX = 256, SETTINGS_PATH_MAX = 1024 };

struct settings {
    char station_id[16];
    char station_name[64];
    char spool_dir[SETTINGS_PATH_MAX];
    uint32_t spool_reserve_mb;       /* feeding stops while less than this is free */
    uint32_t spool_keep_jobs;        /* finished jobs whose files stay on this machine */
    char readers[SETTINGS_PATH_MAX]; /* drivers/barcode/barcode.h */
    char repo_url[SETTINGS_TEXT_MAX];
    char repo_user[64];
    char repo_password_file[SETTINGS_PATH_MAX];
    char repo_ca_file[SETTINGS_PATH_MAX];
    char repo_cert_file[SETTINGS_PATH_MAX], repo_key_file[SETTINGS_PATH_MAX];
    uint32_t repo_timeout_s;
    char http_listen[64];
    uint32_t lock_minutes; /* the page locks when nobody touches it; 0 never */
    uint32_t watermark;    /* 1: the viewer's name lies over pictures on the page */
    char scanner_device[SETTINGS_TEXT_MAX];
    char scanner_serial[64];
    char scanner_write_dir[SETTINGS_PATH_MAX];
    char scanner_quirks_dir[SETTINGS_PATH_MAX];
    uint32_t scan_dpi;
    char scan_mode[16];
    char scan_source[32];
    char scan_start[16]; /* key, paper or button */
    char pdf_compress[16];
    char scan_patches[64];                 /* station/page/patch_meaning.h */
    char scan_profiles[SETTINGS_PATH_MAX]; /* station/profile.h */
    uint32_t scan_jpeg_quality;            /* where the station compresses itself */
    uint32_t scan_probe_s; /* how often a scanner that is away is looked for */
    uint32_t scan_stall_s; /* the feeder is silent this long: its process is ended */
    uint32_t ocr_workers;
    char ocr_engine[16], ocr_model[32];
    char qc_limits[SETTINGS_PATH_MAX];
    char masters_dir[SETTINGS_PATH_MAX];
    uint32_t page_timeout_s;
};

/* Words that are one of a few. RC_INVALID: why->text names the setting and the words. */
MUST_USE enum rc settings_check(const struct settings *set, struct fault *why);

extern const struct conf_key station_settings_keys[];
extern const size_t station_settings_count;

#endif
