# app is the rack; a port gives it pins and wires. The host port needs no cross compiler;
# the boards are built where there is one (tools/deps.sh all installs it).
CROSS ?= arm-none-eabi-
firmware_app_src := $(wildcard firmware/app/*.c)
firmware_host_src := $(wildcard firmware/port/host/*.c)
boards := mps2-an386 stm32f405
board_shared_src := $(firmware_app_src) $(wildcard firmware/port/arm/*.c) $(patsubst %,lib/core/%.c,crc16 crc32 rack_map rack_order ring siphash)
board_images := $(if $(shell command -v $(CROSS)gcc),$(patsubst %,$(OUT)/firmware/%/rack.elf,$(boards)))
BOARD_CFLAGS := -mcpu=cortex-m4 -mthumb -mfloat-abi=soft -O2 -g -ffreestanding -ffunction-sections \
	-fdata-sections -fshort-enums -fstack-usage -fcallgraph-info=su,da -Wundef -Wdouble-promotion \
	-Wstack-usage=256 -fanalyzer -DJUANKU_VERSION='"$(VERSION)"' -isystem firmware/port/arm/include -I. -Ilib -MMD -MP
