# page/ holds pure steps and everything that convert needs as well; the rest is stationd.
page_src := $(wildcard station/page/*.c)
station_src := $(filter-out station/main.c,$(wildcard station/*.c))
CPPFLAGS += $(shell pkg-config --cflags lept 2>/dev/null)
LDLIBS := -ltesseract -llept -lzbar -lturbojpeg -ltiff -lpng $(LDLIBS)
web_src += $(wildcard station/web/*)
