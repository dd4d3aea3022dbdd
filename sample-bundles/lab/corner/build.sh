# Compiles the BPF programs and the control program for this kernel and these libraries.
# shellcheck shell=bash

# Cilium's releases that bpf/sock.bpf.c can behave like, each an object of its own: sock-120.o for 1.20.
readonly releases=(112 116 117 118 120)

compile_bpf() { # SOURCE OBJECT [OPTION...]
    # Debian keeps asm/ below the host's multiarch directory, where a BPF target does not look.
    clang -O2 -g -Wall -Wextra -Werror -target bpf -idirafter "/usr/include/$(gcc -print-multiarch)" \
        "${@:3}" -c "$lab/bpf/$1.bpf.c" -o "$work/bin/$2.o"
}

compile() {
    local release
    compile_bpf sock4 sock4
    compile_bpf container container
    compile_bpf foreign foreign
    for release in "${releases[@]}"; do compile_bpf sock "sock-$release" -DRELEASE="$release"; done
    gcc -std=gnu11 -O2 -Wall -Wextra -Werror "$lab"/control/*.c -lbpf -o "$work/bin/labctl"
}

labctl() { "$work/bin/labctl" "$@"; }
