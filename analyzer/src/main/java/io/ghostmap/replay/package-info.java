/**
 * What the node does to a new connection. Takes the {@link io.ghostmap.datapath.Datapath} and the hooks as they were
 * captured; returns {@link io.ghostmap.replay.Replay}s, in which each program of a hook runs in order and sees what the one
 * before it wrote. Its vocabulary is chains, outcomes and hooks: what a program does is the program's own answer ({@link
 * io.ghostmap.datapath.program.SocketProgram}). Never looks at packets.
 */
@NullMarked
package io.ghostmap.replay;

import org.jspecify.annotations.NullMarked;
