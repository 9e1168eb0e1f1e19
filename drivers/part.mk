# One interface a kind of device, one .c a library. The feeder backend is loaded by
# libsane, never linked into a program.
drivers_src := $(wildcard drivers/scanner/*.c drivers/barcode/*.c drivers/rack/*.c)
sane_paper_src := $(wildcard drivers/sane-paper/*.c)
sane_paper_libs := -lturbojpeg -lm
CPPFLAGS += $(shell pkg-config --cflags libmodbus libevdev 2>/dev/null)
LDLIBS := -lsane -lmodbus -levdev $(LDLIBS)
