/**
 * Cilium's load-balancing maps: one table a structure and version, as in {@code bpf/lib/lb.h} (1.19 and later) and
 * {@code bpf/lib/common.h} (before). Bytes in, records out; the only place that knows an offset.
 */
@NullMarked
package io.ghostmap.datapath.cilium;

import org.jspecify.annotations.NullMarked;
