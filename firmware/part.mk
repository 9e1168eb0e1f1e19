# app is the rack; a port gives it pins and wires. Only the host port needs no cross compiler.
firmware_app_src := $(wildcard firmware/app/*.c)
firmware_host_src := $(wildcard firmware/port/host/*.c)
