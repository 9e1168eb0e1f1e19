/* The table of settings of the station. */
#include "station/settings.h"

#include "core/bytes.h"

#include <string.h>

#define UINT(field, name, least, most, preset, help) \
    CONF_KEY_UINT(settings, field, name, least, most, preset, help)
#define TEXT(field, name, preset, help) CONF_KEY_TEXT(settings, field, name, preset, help)

const struct conf_key station_settings_keys[] = {
    TEXT(station_id, "station.id", "ST01", "short name of this station in records"),
    TEXT(station_name, "station.name", "一号扫描台", "name on the operator's page"),
    TEXT(spool_dir, "spool.dir", "/var/lib/juanku/station", "where scanned sheets wait"),
    UINT(spool_reserve_mb, "spool.reserve_mb", 1, 1048576, "256",
         "stop feeding while less than this is free, in MiB"),
    UINT(spool_keep_jobs, "spool.keep_jobs", 1, 1000, "20",
         "finished jobs whose files are kept"),
    TEXT(
        readers, "readers", "",
        "barcode readers: name:kind:device[:baud]; ... kind keys, hidpos, serial, pause"),
    TEXT(repo_url, "repo.url", "http://127.0.0.1:8620", "address of the repository"),
    TEXT(repo_user, "repo.user", "station1", "account of this station there"),
    TEXT(repo_password_file, "repo.password_file", "",
         "file whose first line is its password"),
    TEXT(repo_ca_file, "repo.ca_file", "",
         "certificate to check https by; empty: the system's"),
    TEXT(repo_cert_file, "repo.cert_file", "",
         "this station's own certificate, made by: juanku station enrol"),
    TEXT(repo_key_file, "repo.key_file", "",
         "its key; only the station's program may read it"),
    UINT(repo_timeout_s, "repo.timeout_s", 1, 600, "60", "longest wait for one answer"),
    TEXT(http_listen, "http.listen", "127.0.0.1:8610", "address of the operator's page"),
    UINT(lock_minutes, "desk.lock_minutes", 0, 720, "15",
         "lock the page when nobody touches it this long; 0: never"),
    UINT(watermark, "desk.watermark", 0, 1, "1",
         "1: the viewer's name lies over pictures on the page"),
    TEXT(scanner_device, "scanner.device", "", "SANE name; empty: the first one found"),
    TEXT(scanner_serial, "scanner.serial", "",
         "serial number; only this device is used, whatever its name is"),
    TEXT(scanner_write_dir, "scanner.write_dir", "",
         "one more folder that the scanner's driver may write to"),
    TEXT(scanner_quirks_dir, "scanner.quirks_dir", "",
         "folder of *.conf; empty: the installed one"),
    UINT(scan_dpi, "scan.dpi", 75, 1200, "300", "dots per inch"),
    TEXT(scan_mode, "scan.mode", "Color", "Lineart, Gray or Color"),
    TEXT(scan_source, "scan.source", "ADF Duplex",
         "Flatbed, ADF Front, ADF Duplex or ADF Front+Back"),
    TEXT(scan_profiles, "scan.profiles", "",
         "what operators may choose: name:dpi:mode:source[:compress[:patches]]; ... "
         "empty: "
         "only the above"),
    TEXT(scan_patches, "scan.patches", "2=document, 3=end, T=item",
         "what patch codes mean: item, document, end (of the volume) or none"),
    TEXT(pdf_compress, "pdf.compress", "exact",
         "exact: the capture's own bits; layered: stencils of the writing over a coarse "
         "picture of the paper; the capture is kept in any case"),
    TEXT(scan_start, "scan.start", "key",
         "what begins a declared job: key; paper: also paper laid in; button: also the "
         "scanner's button"),
    UINT(scan_jpeg_quality, "scan.jpeg_quality", 50, 100, "90",
         "of JPEG made here; a scanner's own JPEG is never changed"),
    UINT(scan_probe_s, "scan.probe_s", 1, 3600, "5",
         "look this often for a scanner that is away"),
    UINT(scan_stall_s, "scan.stall_s", 1, 3600, "90",
         "end the scanner's process when it is silent this long"),
    UINT(ocr_workers, "ocr.workers", 1, 32, "2", "pages read at the same time"),
    TEXT(ocr_engine, "ocr.engine", "", "kind of recogniser; empty: tesseract"),
    TEXT(ocr_model, "ocr.model", "",
         "its model; empty: chi_sim, and chi_sim_best for lines in doubt; none: pages "
         "get no text"),
    TEXT(qc_limits, "qc.limits", "",
         "the court's own table of quality limits; empty: the built-in one"),
    TEXT(masters_dir, "masters.dir", "",
         "folder for a TIFF master of each picture; empty: none are made"),
    UINT(page_timeout_s, "page.timeout_s", 5, 3600, "60", "longest time for one page"),
};

const size_t station_settings_count = COUNT(station_settings_keys);

enum rc settings_check(const struct settings *set, struct fault *why)
{
    static const char *const starts[] = { "key", "paper", "button" };
    if (!*set->repo_cert_file != !*set->repo_key_file)
        return fault_set(why, RC_INVALID, 0,
                         "repo.cert_file 和 repo.key_file 要一起设置");
    for (size_t i = 0; i < COUNT(starts); i++)
        if (!strcmp(set->scan_start, starts[i]))
            return RC_OK;
    return fault_set(why, RC_INVALID, 0, "scan.start: key, paper or button, not '%s'",
                     set->scan_start);
}
