/* The form of our page files: which object has which number, and the exact text of every
 * dictionary. The writer writes it, the reader demands it, the join writes it again with
 * other numbers; so the three cannot drift apart. Private to lib/pdfa.
 *
 *   1 catalogue  2 page tree  3 page  4 contents  5 picture
 *   6 font  7 its characters  8 its measures  9 its program  10 character to glyph
 *   11 character to Unicode  12 output intent  13 colour profile
 *   [14 font of rare characters  15  16  17, as 6 7 10 11]
 *   [of a layered page, for each ink: its colours, when they are a picture; its mask]
 *   [of a layered page, and of one that says who read it: XMP of the page]
 *   last but one: Info; last: XMP
 *
 * Objects stand in the file in the order of their numbers. Character codes are the code
 * points of the Basic Multilingual Plane themselves, the same in every file; the few
 * beyond it (rare characters in names) have codes 1, 2, ... in a font of their page. */
#ifndef PDFA_PAGE_FORM_H
#define PDFA_PAGE_FORM_H

#include "pdfa/pdf_out.h"

enum {
    FORM_CATALOGUE = 1,
    FORM_TREE,
    FORM_PAGE,
    FORM_CONTENTS,
    FORM_PICTURE,
    FORM_FONT,
    FORM_CHARACTERS,
    FORM_MEASURES,
    FORM_PROGRAM,
    FORM_GLYPHS,
    FORM_UNICODE,
    FORM_INTENT,
    FORM_PROFILE,
    FORM_RARE_FONT,
    FORM_RARE_CHARACTERS,
    FORM_RARE_GLYPHS,
    FORM_RARE_UNICODE,
    FORM_LAYER_OBJECTS_MAX = 2 * PDFA_INKS_MAX + 1,
    FORM_OBJECTS_MAX = 20 + FORM_LAYER_OBJECTS_MAX, /* with Info, XMP and object 0 */
    FORM_TEXT_MAX = 1024,                           /* of one dictionary */
    FORM_PACKET_MAX = 3072,                         /* of the XMP of a page */
    FORM_SOURCE_MAX = 65,                           /* a SHA-256 in hex, with NUL */
};

/* Which layers a page has, and whether XMP follows them. Their objects follow each other
 * from `first` on. */
struct form_layers {
    bool layered;
    bool told; /* there is XMP; a layered page always has it */
    size_t ink_count;
    bool has_colours[PDFA_INKS_MAX];
};

/* Numbers of the objects that a dictionary points to. */
struct form_refs {
    uint32_t tree, contents, picture, font, rare_font; /* of a page; rare_font 0: none */
    uint32_t characters, measures, program, glyphs, unicode; /* of a font */
    uint32_t profile;                                        /* of the output intent */
    uint32_t layers; /* the first object of the layers, when there are some */
};

/* The numbers in a page file. */
struct form_refs form_page_refs(bool has_rare);

/* How many objects layers and XMP have together: 0 when the page has neither. */
uint32_t form_layer_objects(const struct form_layers *layers);
/* The number of the mask of ink `index`, counted from the layers' first object; its
 * colours stand just before it. Of index ink_count: the number of the XMP. */
uint32_t form_mask_at(const struct form_layers *layers, size_t index);

struct form_picture {
    enum pdfa_coding coding; /* PDFA_BITS, PDFA_GRAY and PDFA_RGB: deflated */
    bool is_gray, is_plain;  /* PDFA_JPEG only, as jpeg_head */
    uint32_t width_px, height_px;
};

/* Dictionaries with their << >> and the line feed behind, as they stand between "n 0
 * obj\n" and "endobj\n". `ret_text` is FORM_TEXT_MAX. */
/* What is shown of a page, in points from its lower left corner. */
struct form_crop {
    bool is_set;
    double left_pt, bottom_pt, right_pt, top_pt;
};
void form_page(const struct form_refs *refs, const struct form_layers *layers,
               double width_pt, double height_pt, const struct form_crop *crop,
               char *ret_text);
void form_font(const struct form_refs *refs, char *ret_text);
void form_characters(const struct form_refs *refs, bool is_rare, char *ret_text);
void form_measures(const struct form_refs *refs, char *ret_text);
void form_intent(const struct form_refs *refs, char *ret_text);

extern const char form_tree_text[]; /* of a page file */
/* Page tree, output intent, XMP; a printf format for three int or uint32_t. */
#define FORM_CATALOGUE_TEXT \
    "<< /Type /Catalog /Pages %d 0 R /Lang (zh-CN) /OutputIntents [%d 0 R] " \
    "/Metadata %d 0 R >>\n"

/* What stands in a stream's dictionary before /Length, without << . */
void form_picture_dict(const struct form_picture *picture, char *ret_text);
/* The same of an ink's stencil, and of its colours, which show through object `mask`. */
void form_mask_dict(uint32_t width_px, uint32_t height_px, char *ret_text);
void form_colours_dict(const struct form_picture *picture, uint32_t mask, char *ret_text);

/* What the XMP of a page says: what a layered page was made from, who read its text. */
struct form_told {
    char source[FORM_SOURCE_MAX]; /* of a layered page, else "" */
    struct form_reader {
        char engine[PDFA_READER_TEXT_MAX], model[PDFA_READER_TEXT_MAX];
        char sha256[FORM_SOURCE_MAX];
    } readers[PDFA_READERS_MAX];
    size_t reader_count;
};
extern const char form_told_dict[];
/* `ret_text` is FORM_PACKET_MAX. */
void form_told_packet(const struct form_told *told, char *ret_text);
/* The same taken out of a packet again; false: it is not as we write it. */
bool form_told_read(const char *packet, struct form_told *ret_told);
/* RC_INVALID: too many, or one that cannot be written; a Chinese sentence. */
MUST_USE enum rc form_told_readers(const struct pdfa_reader *readers, size_t count,
                                   struct form_told *ret_told, struct fault *why);
bool form_is_hash(const char *text);   /* 64 lower-case hex digits; NULL is none */
extern const char form_packed[];       /* contents, glyphs, Unicode */
extern const char form_program_dict[]; /* the font program */
extern const char form_profile_dict[];

/* Lines and what the page says about itself: in range? RC_INVALID. In page_write.c. */
MUST_USE enum rc page_check_text(const struct pdfa_page *page, struct fault *why);

/* The XMP as an object of its own. */
void form_put_told(struct pdf_out *out, uint32_t number, const struct form_told *told);
/* A dictionary as an object of its own. */
void form_put(struct pdf_out *out, uint32_t number, const char *text);

#endif
