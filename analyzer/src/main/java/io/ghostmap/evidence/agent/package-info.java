/**
 * What Cilium's agent lists: its own list of frontends, as {@code cilium-dbg service list -o json} prints it. Never what
 * {@code cilium-dbg bpf lb list} prints, which reads the map and so agrees with it by construction.
 */
@NullMarked
package io.ghostmap.evidence.agent;

import org.jspecify.annotations.NullMarked;
