# page/ holds pure steps and everything that convert needs as well; the rest is stationd.
page_src := $(wildcard station/page/*.c)
models := $(OUT)/models/chi_sim_best.traineddata
station_src := $(filter-out station/main.c,$(wildcard station/*.c))
CPPFLAGS += $(shell pkg-config --cflags lept 2>/dev/null)
LDLIBS := -ltesseract -llept -lzbar -lturbojpeg -ltiff -lpng $(LDLIBS)
web_src += $(wildcard station/web/*)
