repo_src := $(filter-out repo-daemon/main.c,$(wildcard repo-daemon/*.c))
LDLIBS := -llmdb $(LDLIBS)
web_src += $(wildcard repo-daemon/web/* web/*)
$(OUT)/repo-daemon/api_about.o: repo-daemon/data/openapi.json
$(OUT)/repo-daemon/calendar.o: repo-daemon/data/calendar.json
$(OUT)/repo-daemon/intake_policy.o: repo-daemon/data/intake.json
$(OUT)/repo-daemon/loan_policy.o: repo-daemon/data/loan.json
$(OUT)/repo-daemon/pinyin.o: repo-daemon/data/pinyin.txt
$(OUT)/repo-daemon/retention_policy.o: repo-daemon/data/retention.json
