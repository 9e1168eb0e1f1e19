/* A reader of the USB class made for it, HID-POS: whole codes in reports, no typing.
 *
 * The device describes its reports itself (USB HID 1.11, 6.2.2), so nothing is guessed:
 * the descriptor is walked for the fields of the bar code scanner page 0x8C (USB HID
 * Point of Sale Usage Tables 1.02, 3): decoded data, symbology identifiers, data
 * continued; and the byte count of the generic page. Pure; both parsers are fuzzed. */
#ifndef DRIVERS_BARCODE_REPORT_H
#define DRIVERS_BARCODE_REPORT_H

#include "core/rc.h"
#include "drivers/barcode/barcode_text.h"
#include "sys/fault.h"

/* Where a field stands in a report, in bits behind the report id. `bits` 0: not there. */
struct barcode_field {
    uint32_t at, bits, count;
};

struct barcode_layout {
    bool numbered;     /* reports begin with their id */
    uint8_t report_id; /* of the report with decoded data */
    struct barcode_field data, length, aim[3], more;
};

struct barcode_reports {
    struct barcode_layout layout;
    struct barcode_line line;
};

/* Read a report descriptor.
 *   RC_INVALID  it is no bar code scanner, or its data does not stand in whole bytes
 *   RC_CORRUPT  an item runs beyond the end */
MUST_USE enum rc barcode_layout_read(struct bytes descriptor,
                                     struct barcode_layout *ret_layout,
                                     struct fault *why);

/* One input report as hidraw delivers it. True: *ret_code is a whole code. Reports of
 * other ids are passed over; a short one spoils the code it belongs to. */
bool barcode_reports_take(struct barcode_reports *reports, struct bytes report,
                          struct barcode_text *ret_code);

#endif
