# Juanku 卷库
#
#   make demo            install what is missing, build, play one day on the shipped stack
#                        (DEMO_EXIT=1: end by itself instead of keeping the pages open)
#   make check           install what is missing, build, run every test
#   make all             programs, pages, feeder backend and host rack, into out/
#   make deps            only install what is missing (apt; npm for the pages)
#   make check-asan      unit and contract tests with ASan and UBSan
#   make check-clang     everything compiles without a warning with clang too
#   make fuzz            fuzz each parser for FUZZ_SECONDS (60)
#   make bench           install the peers; speed and memory beside them
#   make soak            SOAK_SHEETS (20000) through the station with faults and kills,
#                        300 with recognition, 600 on a disk that fills up (as root)
#   make firmware        rack firmware: host port, and the boards where CROSS has a compiler
#   make soak-repo       100,000 random histories of custody with crashes in between
#   make soak-rack       the rack tests that need minutes: noise, bad frames, power cuts
#   make soak-pages      10^4 pictures for false labels, every page in every variant
#   make lint            clang-format and house checks
#   make install         into DESTDIR/PREFIX
#
#   V=1 shows commands; CC, OUT, CFLAGS, PREFIX (/usr), DESTDIR as usual.
OUT ?= out
CC = gcc
PREFIX ?= /usr
FUZZ_SECONDS ?= 60
SOAK_SHEETS ?= 20000
VERSION := 0.1.0
Q := $(if $(V),,@)
export OUT

STRICT := -std=c11 -Wall -Wextra -Wshadow -Wconversion -Werror
CPPFLAGS += -D_GNU_SOURCE -DJUANKU_VERSION='"$(VERSION)"' -I. -Ilib -Itests -I$(OUT)/gen -MMD -MP
CFLAGS ?= -O2 -g
override CFLAGS += -fvisibility=hidden -fPIC -fno-strict-aliasing -fstack-protector-strong $(EXTRA)
LDFLAGS += -Wl,--as-needed $(EXTRA)

archives := $(addprefix $(OUT)/,station.a repo.a page.a drivers.a lib.a)
.DEFAULT_GOAL := all
include lib/part.mk drivers/part.mk firmware/part.mk station/part.mk repo-daemon/part.mk cli/part.mk tests/part.mk

obj = $(patsubst %.c,$(OUT)/%.o,$(1))
programs := $(addprefix $(OUT)/bin/,juanku juanku-stationd juanku-repod)
pages := $(OUT)/gen/web_station.o $(OUT)/gen/web_repo.o

all: $(programs) $(models) $(OUT)/sane/libsane-paper.so.1 firmware
firmware: $(OUT)/firmware/host/rack $(board_images)

$(OUT)/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(STRICT) -c $< -o $@

$(OUT)/lib.a: $(call obj,$(lib_src))
$(OUT)/drivers.a: $(call obj,$(drivers_src))
$(OUT)/page.a: $(call obj,$(page_src))
$(OUT)/station.a: $(call obj,$(station_src))
$(OUT)/repo.a: $(call obj,$(repo_src))
$(OUT)/firmware/app.a: $(call obj,$(firmware_app_src))
$(OUT)/%.a:
	@mkdir -p $(@D)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

# What a source includes as bytes, make cannot see.
$(OUT)/repo-daemon/rules_data.o $(OUT)/repo-daemon/api_about.o: $(wildcard repo-daemon/data/*.json)

# The pages: npm's libraries and our modules become one file each, kept in the binary.
$(OUT)/gen/web_%.o: tools/embed.sh node_modules/.package-lock.json $(web_src)
	@mkdir -p $(@D)
	$(Q)tools/embed.sh $* $(OUT)/gen && $(CC) $(CPPFLAGS) $(CFLAGS) -c $(OUT)/gen/web_$*.c -o $@
# The second model of Chinese, from npm; Debian's stays the first.
$(OUT)/models/chi_sim_best.traineddata: node_modules/.package-lock.json
	@mkdir -p $(@D)
	$(Q)gunzip -c node_modules/@tesseract.js-data/chi_sim/4.0.0_best_int/chi_sim.traineddata.gz >$@.new && mv $@.new $@
node_modules/.package-lock.json: package.json package-lock.json
	$(Q)npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && touch $@

$(OUT)/bin/juanku: $(call obj,$(cli_src)) $(archives)
$(OUT)/bin/juanku-stationd: $(OUT)/station/main.o $(OUT)/gen/web_station.o $(archives)
$(OUT)/bin/juanku-repod: $(OUT)/repo-daemon/main.o $(OUT)/gen/web_repo.o $(archives)
$(OUT)/bin/%:
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) $^ $(LDLIBS) -o $@

$(OUT)/sane/libsane-paper.so.1: $(call obj,$(sane_paper_src)) $(OUT)/lib.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) -shared -Wl,-soname,libsane-paper.so.1 $^ $(sane_paper_libs) -o $@
# A test program may add objects and flags of its own in tests/part.mk.
$(OUT)/tests/%: $(OUT)/tests/%.o $(OUT)/firmware/app.a $(archives)
	$(Q)$(CC) $(LDFLAGS) $(filter %.o,$^) $(filter %.a,$^) $(LDLIBS) -lcmocka -o $@

deps:
	$(Q)tools/deps.sh all
demo:
	$(Q)tools/deps.sh demo && $(MAKE) --no-print-directory -j2 all && demo/day.sh
check:
	$(Q)tools/deps.sh all && $(MAKE) --no-print-directory -j2 all tests && tests/run.sh
tests: $(test_programs) $(fuzz_replays)
check-asan:
	$(Q)$(MAKE) --no-print-directory -j2 OUT=$(OUT)/asan EXTRA="-fsanitize=address,undefined -fno-sanitize-recover=undefined" CFLAGS="-O1 -g" STRICT="-std=c11 -Wall -Wextra" asan-tests
	$(Q)OUT=$(OUT)/asan tests/run.sh unit contract fuzz
asan-tests: $(unit_programs) $(contract_programs) $(fuzz_replays) $(OUT)/bin/juanku
check-clang:
	$(Q)$(MAKE) --no-print-directory -j2 CC=clang OUT=$(OUT)/clang CFLAGS="-O0" $(OUT)/clang/compiled
$(OUT)/compiled: $(call obj,$(all_src))
	@touch $@
lint:
	$(Q)tests/run.sh house
fuzz: $(fuzz_programs)
	$(Q)tests/fuzz/run.sh $(FUZZ_SECONDS)
soak-repo: $(OUT)/tests/crash/custody_history
	for seed in 101 202 303 404; do JUANKU_SEED=$$seed JUANKU_HISTORIES=25000 $(OUT)/tests/crash/custody_history || exit 1; done
soak-pages: $(addprefix $(OUT)/tests/golden/,false_labels variants)
	$(OUT)/tests/golden/false_labels 10000 100000000 && $(OUT)/tests/golden/variants all
soak-rack: firmware $(addprefix $(OUT)/tests/,sim/rack_boards sim/rack_noise sim/rack_pair unit/firmware_boot unit/firmware_lock unit/firmware_journal unit/firmware_noise)
	EVENTS=1000000 TURNS=1000000 $(OUT)/tests/sim/rack_noise && ASKED=10000 $(OUT)/tests/sim/rack_pair
	ORDERS=10000000 FRAMES=100000000 $(OUT)/tests/unit/firmware_lock
	CUTS=1000000 $(OUT)/tests/unit/firmware_journal && FRAMES=3000000 $(OUT)/tests/unit/firmware_noise
	ALL=1 $(OUT)/tests/unit/firmware_boot && BODY=64512 $(OUT)/tests/unit/firmware_boot
	CUTS=100 $(OUT)/tests/sim/rack_boards && CUTS=all sh tests/sim/lib_rack_update.sh
bench:
	$(Q)tools/deps.sh bench && $(MAKE) --no-print-directory -j2 all && tests/bench/run.sh
soak: all
	$(Q)SOAK_KILL=60 SOAK_VOLUME=250 tests/sim/soak_station.sh $(SOAK_SHEETS)
	$(Q)SOAK_MODEL=chi_sim SOAK_VOLUME=40 tests/sim/soak_station.sh 300
	$(Q)unshare -m env SOAK_DISK=1 tests/sim/soak_station.sh 600
	$(Q)LONG=1 bash tests/sim/station_suspects.sh
install: all
	$(Q)tools/install.sh "$(DESTDIR)" "$(PREFIX)"
clean:
	rm -rf $(OUT)

.PHONY: all firmware soak-pages soak-repo soak-rack deps demo check tests check-asan asan-tests check-clang lint fuzz bench soak install clean
.SECONDARY:
-include $(wildcard $(addprefix $(OUT)/arm/,*/*/*.d */*/*/*.d */*/*/*/*.d)) $(patsubst %.o,%.d,$(call obj,$(all_src) $(fuzz_src) $(wildcard tests/bench/*.c)) $(addsuffix .o,$(test_programs)))
