/* The handlers take the address of the frame that the processor has pushed: r0-r3, r12,
 * lr, pc, xPSR. When pushing itself failed, there is none to look at. */
#include "crash.h"

#include "cpu.h"
#include "start.h"

#include "core/crc32.h"
#include "firmware/hal/hal_flash.h"

enum {
    FRAME_LR = 5,
    FRAME_PC = 6,
    CFSR_STACKING = 1 << 4 | 1 << 12,
    CFSR_MEMORY = 0xFFFF, /* memory and bus */
    CFSR_MM_ADDRESS = 1 << 7,
    CFSR_BUS_ADDRESS = 1 << 15,
    HARD_FAULT = 3,
};

static struct record {
    struct hal_crash crash;
    uint16_t starts;
    uint8_t fault; /* of the failure that ended the last run; RACK_FAULT_NONE */
    uint8_t quick;
    uint32_t image; /* that failed so: another one begins without its sins */
    uint32_t crc;   /* of all before */
} record __attribute__((section(".noinit")));

static bool quick = true; /* this run is young */

static uint32_t crc_now(void)
{
    return crc32_of((const uint8_t *)&record, offsetof(struct record, crc));
}

void crash_look(struct hal_boot *ret_boot)
{
    if (record.crc != crc_now()) {
        record = (struct record){ .starts = 1 };
        ret_boot->cause = RACK_RESET_POWER;
    } else {
        record.starts++;
        ret_boot->cause = record.fault == RACK_FAULT_NONE   ? RACK_RESET_PIN
                          : record.fault == RACK_FAULT_HANG ? RACK_RESET_WATCHDOG
                                                            : RACK_RESET_FAULT;
    }
    uint32_t image = 0;
    hal_flash_read(HAL_AREA_RUN, RACK_IMAGE_SIGNATURE_AT, (uint8_t *)&image,
                   sizeof image);
    if (record.image != image)
        record.quick = 0;
    record.image = image;
    ret_boot->crash = record.crash;
    ret_boot->fault = record.fault;
    ret_boot->starts = record.starts;
    ret_boot->safe = record.quick >= CRASH_QUICK_MAX;
    record.fault = RACK_FAULT_NONE;
    record.crc = crc_now();
}

void crash_survived(uint32_t uptime_ms)
{
    if (!quick || uptime_ms < CRASH_QUICK_MS)
        return;
    quick = false;
    record.quick = 0;
    record.crc = crc_now();
}

static void write_down(enum rack_fault fault, const uint32_t *frame, uint32_t status)
{
    bool has_frame = !(status & CFSR_STACKING);
    record.crash = (struct hal_crash){
        .pc = has_frame ? frame[FRAME_PC] : 0,
        .lr = has_frame ? frame[FRAME_LR] : 0,
        .status = status,
        .address = status & CFSR_MM_ADDRESS    ? SCB_MMFAR
                   : status & CFSR_BUS_ADDRESS ? SCB_BFAR
                                               : 0,
    };
    record.fault = (uint8_t)fault;
    if (quick && record.quick < CRASH_QUICK_MAX)
        record.quick++;
    record.crc = crc_now();
}

static bool in_guard(uint32_t status)
{
    uint32_t below = (uint32_t)(uintptr_t)main_stack - SCB_MMFAR;
    return status & CFSR_MM_ADDRESS && below - 1u < START_GUARD_SIZE;
}

static __attribute__((used, noreturn)) void fault_found(const uint32_t *frame)
{
    uint32_t status = SCB_CFSR;
    enum rack_fault fault = RACK_FAULT_PROGRAM;
    if (status & CFSR_STACKING || in_guard(status))
        fault = RACK_FAULT_STACK;
    else if ((SCB_ICSR & 0xFF) == HARD_FAULT)
        fault = RACK_FAULT_HARD;
    else if (status & CFSR_MEMORY)
        fault = RACK_FAULT_MEMORY;
    write_down(fault, frame, status);
    cpu_reset();
}

static __attribute__((used, noreturn)) void hang_found(const uint32_t *frame)
{
    write_down(RACK_FAULT_HANG, frame, 0);
    for (;;) /* the second bark resets, and with it lets go of everything */
        continue;
}

/* Bit 2 of the link register says which stack the frame is on. */
#define HANDLER_OF(function) \
    __asm volatile("tst lr, #4\n\t" \
                   "ite eq\n\t" \
                   "mrseq r0, msp\n\t" \
                   "mrsne r0, psp\n\t" \
                   "b " #function)

__attribute__((naked)) void crash_fault(void)
{
    HANDLER_OF(fault_found);
}

__attribute__((naked)) void crash_bark(void)
{
    HANDLER_OF(hang_found);
}
