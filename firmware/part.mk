# app is the rack, boot starts it; a port gives them pins and wires. The host port needs no
# cross compiler; the boards are built where there is one (tools/deps.sh all installs it).
# FIRMWARE_KEY is the private key that signs, made when it is not there; FIRMWARE_TRUST
# names files with more public keys that the bootloader shall believe.
CROSS ?= arm-none-eabi-
FIRMWARE_KEY ?= $(OUT)/firmware/key
export FIRMWARE_TRUST CROSS
firmware_app_src := $(wildcard firmware/app/*.c firmware/boot/*.c)
firmware_host_src := $(wildcard firmware/port/host/*.c)
boards := mps2-an386 stm32f405
board_shared_src := $(firmware_app_src) $(wildcard firmware/port/arm/*.c) $(patsubst %,lib/core/%.c,crc16 crc32 ed25519 rack_image rack_map rack_order ring sha512 siphash)
board_images := $(if $(shell command -v $(CROSS)gcc),$(patsubst %,$(OUT)/firmware/%/rack.elf,$(boards)))
BOARD_SPEED = -O2
BOARD_CFLAGS = -mcpu=cortex-m4 -mthumb -mfloat-abi=soft $(BOARD_SPEED) -g -ffreestanding -ffunction-sections \
	-fdata-sections -fshort-enums -fstack-usage -fcallgraph-info=su,da -Wundef -Wdouble-promotion \
	-Wstack-usage=256 -fanalyzer -DJUANKU_VERSION='"$(VERSION)"' -isystem firmware/port/arm/include -I. -Ilib -MMD -MP

# Programs are signed, so the key comes first, looked at each time, because another one may
# be older than what it signs. The command that signs is only asked to be there, since it
# is made anew for reasons that are none here.
firmware-key:
.PHONY: firmware-key
$(OUT)/firmware/keys.c: firmware/image.sh firmware-key | $(OUT)/bin/juanku
	@mkdir -p $(@D)
	$(Q)firmware/image.sh key $(FIRMWARE_KEY) $@
$(OUT)/firmware/host/image.c: firmware/image.sh firmware/security firmware/port/host/image.txt $(OUT)/firmware/keys.c
	$(Q)firmware/image.sh host $(FIRMWARE_KEY) $(@D)/rack.img $@
$(OUT)/firmware/%.o: $(OUT)/firmware/%.c
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(STRICT) -c $< -o $@
$(OUT)/firmware/host/rack: $(patsubst %.c,$(OUT)/%.o,$(firmware_host_src)) $(OUT)/firmware/keys.o $(OUT)/firmware/host/image.o $(OUT)/firmware/app.a $(OUT)/lib.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) $^ -o $@

$(OUT)/arm/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(CROSS)gcc $(BOARD_CFLAGS) $(STRICT) -c $< -o $@
# The bootloader has 16 KB and time.
$(OUT)/arm/firmware/boot/%.o $(OUT)/arm/lib/core/ed25519.o $(OUT)/arm/lib/core/sha512.o: BOARD_SPEED = -Os
$(OUT)/arm/firmware/keys.o: $(OUT)/firmware/keys.c
	@mkdir -p $(@D)
	$(Q)$(CROSS)gcc $(BOARD_CFLAGS) $(STRICT) -c $< -o $@
board_objects = $(patsubst %.c,$(OUT)/arm/%.o,$(board_shared_src) $(wildcard firmware/port/$(1)/*.c))
boot_objects = $(filter-out %/crash.o %/$(1)/main.o,$(call board_objects,$(1))) $(OUT)/arm/firmware/port/$(1)/boot/main.o $(OUT)/arm/firmware/keys.o
$(foreach b,$(boards),$(eval $(OUT)/firmware/$(b)/rack.elf: $(call board_objects,$(b))))
$(foreach b,$(boards),$(eval $(OUT)/firmware/$(b)/boot.elf: $(call boot_objects,$(b))))
$(patsubst %,$(OUT)/firmware/%/boot.elf,$(boards)): $(OUT)/firmware/%/boot.elf: firmware/port/%/boot.ld firmware/port/arm/sections.ld
	@mkdir -p $(@D)
	$(Q)$(CROSS)gcc -mcpu=cortex-m4 -mthumb -nostdlib -Wl,--gc-sections,--fatal-warnings -T $< $(filter %.o,$^) -lgcc -o $@
$(board_images): $(OUT)/firmware/%/rack.elf: firmware/image.sh firmware/security firmware/port/%/port.ld firmware/port/arm/sections.ld firmware/port/arm/whole.ld $(OUT)/firmware/keys.c $(OUT)/firmware/%/boot.elf
	$(Q)firmware/image.sh board $* $(FIRMWARE_KEY) $(filter %.o,$^)
