/* Leptonica's Pix as a scoped variable. */
#ifndef STATION_PAGE_PIX_H
#define STATION_PAGE_PIX_H

#include "core/rc.h"
#include "sys/fault.h"
#include "sys/scope.h"

#include <allheaders.h>

static inline __attribute__((unused)) void pix_free_at(PIX **pix)
{
    pixDestroy(pix);
}

static inline __attribute__((unused)) void boxa_free_at(BOXA **boxes)
{
    boxaDestroy(boxes);
}

static inline __attribute__((unused)) void numa_free_at(NUMA **numbers)
{
    numaDestroy(numbers);
}

#define SCOPED_PIX SCOPED(pix_free_at) PIX *
#define SCOPED_BOXA SCOPED(boxa_free_at) BOXA *
#define SCOPED_NUMA SCOPED(numa_free_at) NUMA *

static inline __attribute__((unused)) enum rc pix_no_memory(struct fault *why)
{
    return fault_set(why, RC_NO_MEMORY, 0, "内存不足，无法处理这张图片");
}

#endif
