# Compiles the BPF programs and the control program for this kernel and these libraries.
# shellcheck shell=bash

compile() {
    local source
    for source in "$lab"/bpf/*.bpf.c; do
        # Debian keeps asm/ below the host's multiarch directory, where a BPF target does not look.
        clang -O2 -g -Wall -Wextra -Werror -target bpf -idirafter "/usr/include/$(gcc -print-multiarch)" \
            -c "$source" -o "$work/bin/$(basename "$source" .bpf.c).o"
    done
    gcc -std=gnu11 -O2 -Wall -Wextra -Werror "$lab"/control/*.c -lbpf -o "$work/bin/labctl"
}

labctl() { "$work/bin/labctl" "$@"; }
