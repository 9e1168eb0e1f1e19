/* Implements the flash part of the HAL. */
#include "flash.h"

#include "firmware/hal/hal_bootloader.h"

#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ERASED = 0xFF, FLASH_MODE = 0600, SIZE = HAL_AREAS * RACK_IMAGE_AREA };

/* By the build: firmware/image.sh. */
extern const uint8_t factory_image[];
extern const unsigned factory_len;

static struct {
    uint8_t *at;
    unsigned long cut;
} flash;

static uint8_t *place(enum hal_area area, uint32_t at)
{
    return flash.at + (size_t)area * RACK_IMAGE_AREA + at;
}

void flash_open(const char *path, unsigned long cut)
{
    struct stat st;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, FLASH_MODE);
    if (fd < 0 || fstat(fd, &st) || (st.st_size != SIZE && ftruncate(fd, SIZE)))
        err(1, "cannot keep the flash in %s", path);
    flash.at = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (flash.at == MAP_FAILED)
        err(1, "cannot map %s", path);
    close(fd);
    flash.cut = cut;
    if (memcmp(place(HAL_AREA_FACTORY, 0), factory_image, factory_len) == 0)
        return;
    if (st.st_size != SIZE)
        memset(flash.at, ERASED, SIZE);
    memset(place(HAL_AREA_FACTORY, 0), ERASED, RACK_IMAGE_AREA);
    memcpy(place(HAL_AREA_FACTORY, 0), factory_image, factory_len);
}

bool flash_cut(void)
{
    return flash.cut && --flash.cut == 0;
}

void flash_die(void)
{
    (void)raise(SIGKILL);
    _exit(1);
}

enum flash_habit flash_habit(void)
{
    const char *word = (const char *)place(HAL_AREA_RUN, RACK_IMAGE_HEAD);
    if (!strncmp(word, "hangs", 5))
        return FLASH_HANGS;
    return strncmp(word, "deaf", 4) ? FLASH_HEALTHY : FLASH_DEAF;
}

void hal_flash_read(enum hal_area area, uint32_t at, uint8_t *ret_bytes, uint32_t len)
{
    memcpy(ret_bytes, place(area, at), len);
}

bool hal_flash_erase(enum hal_area area)
{
    bool cut = flash_cut();
    if (area == HAL_AREA_FACTORY)
        return false;
    memset(place(area, 0), ERASED, cut ? RACK_IMAGE_AREA / 2 : RACK_IMAGE_AREA);
    if (cut)
        flash_die();
    return true;
}

bool hal_flash_write(enum hal_area area, uint32_t at, const uint8_t *bytes, uint32_t len)
{
    bool cut = flash_cut();
    if (area == HAL_AREA_FACTORY)
        return false;
    memcpy(place(area, at), bytes, cut ? len / 2 : len);
    if (cut)
        flash_die();
    return true;
}
