# core <- sys <- net, pdfa, record: what both daemons and the command share.
lib_src := $(wildcard lib/core/*.c lib/sys/*.c lib/net/*.c lib/pdfa/*.c lib/record/*.c)
CPPFLAGS += $(shell pkg-config --cflags libsystemd jansson harfbuzz 2>/dev/null)
LDLIBS += -lmicrohttpd -lgnutls -lcurl -lharfbuzz-subset -lharfbuzz -lz -lqrencode -ljansson -lsystemd -lseccomp -lcrypto -lm -lpthread
