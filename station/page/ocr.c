/* Engines by name, and one handle for each model in a process. */
#include "station/page/ocr.h"

#include "station/page/pix.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OCR_MODELS_MAX = 4 };

struct ocr {
    const struct ocr_engine *engine;
    struct ocr_model model;
    void *handle;
    char title[OCR_TITLE_MAX]; /* engine and version */
};

struct kept {
    char spec[OCR_SPEC_MAX];
    struct ocr *ocr; /* NULL: failed, and why: */
    enum rc rc;
    char sentence[FAULT_TEXT_MAX];
};

/* Each engine once. The first is meant when none is named. */
static const struct ocr_engine *const engines[] = { &ocr_tesseract };

static struct kept kept_models[OCR_MODELS_MAX];
static size_t kept_count;

void ocr_text_free(struct ocr_text *text)
{
    free(text->symbols);
    free(text->lines);
    *text = (struct ocr_text){ 0 };
}

int ocr_confidence(const struct ocr_text *text)
{
    double sum = 0;
    for (size_t i = 0; i < text->symbol_count; i++)
        sum += (double)text->symbols[i].confidence;
    return text->symbol_count ? (int)(sum / (double)text->symbol_count + 0.5) : -1;
}

int ocr_line_confidence(const struct ocr_text *text, const struct ocr_line *line)
{
    double sum = 0;
    for (size_t i = 0; i < line->count; i++)
        sum += (double)text->symbols[line->first + i].confidence;
    return line->count ? (int)(sum / (double)line->count) : 0;
}

static const struct ocr_engine *find_engine(const char *name, size_t len)
{
    for (size_t i = 0; i < COUNT(engines); i++)
        if (strlen(engines[i]->name) == len && !memcmp(engines[i]->name, name, len))
            return engines[i];
    return NULL;
}

/* "chi_sim" or "tesseract:chi_sim". */
static enum rc read_spec(const char *spec, const struct ocr_engine **ret_engine,
                         const char **ret_model, struct fault *why)
{
    const char *colon = strchr(spec, ':');
    const struct ocr_engine *engine =
        colon ? find_engine(spec, (size_t)(colon - spec)) : engines[0];
    if (!engine)
        return fault_set(why, RC_UNAVAILABLE, 0, "没有文字识别引擎“%.*s”，可用的有：%s",
                         (int)(colon - spec), spec, engines[0]->name);
    *ret_engine = engine;
    *ret_model = colon ? colon + 1 : spec;
    return RC_OK;
}

enum rc ocr_open(const char *spec, struct ocr **ret_ocr, struct fault *why)
{
    const struct ocr_engine *engine = NULL;
    const char *model = "";
    enum rc rc = read_spec(spec, &engine, &model, why);
    if (rc)
        return rc;
    struct ocr *ocr = calloc(1, sizeof *ocr);
    if (!ocr)
        return pix_no_memory(why);
    ocr->engine = engine;
    rc = ocr_model_find(*model ? model : ocr_model_preset(), engine->ending, &ocr->model,
                        why);
    if (!rc)
        rc = engine->open(&ocr->model, &ocr->handle, why);
    if (rc) {
        free(ocr);
        return rc;
    }
    snprintf(ocr->title, sizeof ocr->title, "%s %s", engine->name, engine->version());
    *ret_ocr = ocr;
    return RC_OK;
}

void ocr_close(struct ocr *ocr)
{
    if (!ocr)
        return;
    ocr->engine->close(ocr->handle);
    free(ocr);
}

enum rc ocr_read(struct ocr *ocr, PIX *gray, int dpi, enum ocr_shape shape, BOX *part,
                 struct ocr_text *ret_text, struct fault *why)
{
    return ocr->engine->read(ocr->handle, gray, dpi, shape, part, ret_text, why);
}

const char *ocr_engine(const struct ocr *ocr)
{
    return ocr->title;
}

const struct ocr_model *ocr_model(const struct ocr *ocr)
{
    return &ocr->model;
}

enum rc ocr_of_process(const char *spec, struct ocr **ret_ocr, struct fault *why)
{
    if (!*spec)
        spec = ocr_model_preset();
    for (size_t i = 0; i < kept_count; i++)
        if (!strcmp(kept_models[i].spec, spec)) {
            if (!kept_models[i].ocr)
                return fault_set(why, kept_models[i].rc, 0, "%s",
                                 kept_models[i].sentence);
            *ret_ocr = kept_models[i].ocr;
            return RC_OK;
        }
    if (kept_count == OCR_MODELS_MAX || strlen(spec) >= sizeof kept_models[0].spec)
        return fault_set(why, RC_INVALID, 0, "文字识别模型名称“%s”不可用", spec);
    struct kept *kept = &kept_models[kept_count++];
    snprintf(kept->spec, sizeof kept->spec, "%s", spec);
    struct fault own = { 0 };
    kept->rc = ocr_open(spec, &kept->ocr, &own);
    snprintf(kept->sentence, sizeof kept->sentence, "%s", own.text);
    if (kept->rc)
        return fault_set(why, kept->rc, 0, "%s", kept->sentence);
    *ret_ocr = kept->ocr;
    return RC_OK;
}
