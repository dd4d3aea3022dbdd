# Compiles the BPF programs and the control program for this kernel and these libraries.
# shellcheck shell=bash

compile_bpf() { # SOURCE OBJECT [OPTION...]
    # Debian keeps asm/ below the host's multiarch directory, where a BPF target does not look.
    clang -O2 -g -Wall -Wextra -Werror -target bpf -idirafter "/usr/include/$(gcc -print-multiarch)" \
        "${@:3}" -c "$lab/bpf/$1.bpf.c" -o "$work/bin/$2.o"
}

# bpf/sock.bpf.c behaves like one release of Cilium, and becomes an object for each: sock-120.o for 1.20.
compile() { # RELEASE...
    local release
    compile_bpf sock4 sock4
    compile_bpf container container
    compile_bpf foreign foreign
    for release in "$@"; do compile_bpf sock "sock-$release" -DRELEASE="$release"; done
    gcc -std=gnu11 -O2 -Wall -Wextra -Werror "$lab"/control/*.c -lbpf -o "$work/bin/labctl"
}

labctl() { "$work/bin/labctl" "$@"; }
