/**
 * Cilium: its load-balancing maps, one table a structure and version, as in {@code bpf/lib/lb.h} (1.19 and later) and
 * {@code bpf/lib/common.h} (before), and a model of its socket programs by release, as in {@code bpf/bpf_sock.c}. Bytes in,
 * records and decisions out; the only place that knows an offset, a flag or a release.
 */
@NullMarked
package io.ghostmap.datapath.cilium;

import org.jspecify.annotations.NullMarked;
