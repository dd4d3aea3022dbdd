/**
 * What the node does to a new connection. In goes {@link io.ghostmap.datapath.Datapath} with the hooks as they were
 * captured, out go {@link io.ghostmap.replay.Replay}s: each program of a hook in run order, seeing what the one before it
 * wrote. Knows chains, outcomes and hooks; what a program does is the program's own answer ({@link
 * io.ghostmap.datapath.program.SocketProgram}). Knows nothing of packets.
 */
@NullMarked
package io.ghostmap.replay;

import org.jspecify.annotations.NullMarked;
