/* Whatever reads as a case number must survive the way to digits and back. */
#include "record/case_no.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct case_no c, back;
    char id[CASE_NO_ID_MAX], text[CASE_NO_TEXT_MAX], again[CASE_NO_TEXT_MAX];
    if (case_no_read((struct bytes){ data, size }, &c, NULL))
        return 0;
    if (case_no_id(&c, id) || case_no_of_id(id, &back))
        abort();
    case_no_text(&c, text);
    case_no_text(&back, again);
    if (strcmp(text, again) != 0)
        abort();
    return 0;
}
