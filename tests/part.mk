# Every .c here is one program. Extra objects or linker flags of one test stand below.
unit_programs := $(patsubst %.c,$(OUT)/%,$(wildcard tests/unit/*.c))
contract_programs := $(patsubst %.c,$(OUT)/%,$(wildcard tests/contract/*.c))
other_programs := $(patsubst %.c,$(OUT)/%,$(wildcard tests/crash/*.c tests/sim/*.c tests/golden/*.c))
fuzz_src := $(wildcard tests/fuzz/fuzz_*.c)
fuzz_replays := $(patsubst tests/fuzz/fuzz_%.c,$(OUT)/tests/replay/%,$(fuzz_src))
fuzz_programs := $(patsubst tests/fuzz/fuzz_%.c,$(OUT)/fuzzers/%,$(fuzz_src))
test_programs := $(unit_programs) $(contract_programs) $(other_programs)
all_src := $(lib_src) $(drivers_src) $(sane_paper_src) $(firmware_app_src) $(firmware_host_src) \
	$(page_src) $(station_src) station/main.c $(repo_src) repo-daemon/main.c $(cli_src)

# A corpus is replayed by an ordinary program in every check; libFuzzer is for `make fuzz`.
$(OUT)/tests/replay/%: $(OUT)/tests/fuzz/fuzz_%.o $(OUT)/tests/fuzz/replay.o $(OUT)/firmware/app.a $(archives)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) $(filter %.o,$^) $(filter %.a,$^) $(LDLIBS) -o $@
$(OUT)/fuzzers/%: tests/fuzz/fuzz_%.c
	@mkdir -p $(@D)
	$(Q)$(MAKE) --no-print-directory CC=clang OUT=$(OUT)/fuzz EXTRA="-fsanitize=address,undefined,fuzzer-no-link" CFLAGS="-O1 -g" $(OUT)/fuzz/fuzzer/$*
	$(Q)cp $(OUT)/fuzz/fuzzer/$* $@
$(OUT)/fuzzer/%: $(OUT)/tests/fuzz/fuzz_%.o $(OUT)/firmware/app.a $(archives)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) -fsanitize=fuzzer $(filter %.o,$^) $(filter %.a,$^) $(LDLIBS) -o $@
# The inner loops of sums compare nothing that a fuzzer could aim at.
ifneq ($(filter %/fuzz,$(OUT)),)
$(addprefix $(OUT)/lib/core/,sha512.o ed25519.o crc32.o crc16.o): override EXTRA += -fno-sanitize-coverage=trace-cmp
endif

$(OUT)/tests/replay/image $(OUT)/fuzzer/image: LDFLAGS += -Wl,--wrap=ed25519_holds
$(OUT)/tests/unit/sys_file: LDFLAGS += -Wl,--wrap=fsync
$(OUT)/tests/unit/repo_find: LDFLAGS += -Wl,--wrap=json_text_read
$(OUT)/tests/unit/station_spool: LDFLAGS += -Wl,--wrap=fsync
$(OUT)/tests/sim/scanner_matrix: LDFLAGS += -Wl,--export-dynamic-symbol=pthread_setcanceltype

# The feeder backend is in no archive: its parts are linked into what tests them.
sane_paper_parts := $(patsubst %.c,$(OUT)/%.o,$(filter-out %/paper.c,$(sane_paper_src)))
$(OUT)/tests/unit/drivers_sane_paper $(OUT)/tests/replay/sane_paper $(OUT)/fuzzer/sane_paper: $(sane_paper_parts)
