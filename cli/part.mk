cli_src := $(wildcard cli/*.c)
