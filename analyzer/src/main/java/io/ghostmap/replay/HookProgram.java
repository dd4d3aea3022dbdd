package io.ghostmap.replay;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Attachment;
import io.ghostmap.datapath.View;
import java.util.Optional;

/**
 * A program at its place in a hook.
 *
 * @param attachment where and how it is attached; empty when the tree was not captured
 * @param listed whether the list of programs has it; of one that it lacks nothing is known
 * @param view what it reads; empty for a program that is not the load balancer's, whose effect is not known
 */
public record HookProgram(
        int programId,
        String name,
        Optional<Attachment> attachment,
        boolean listed,
        Optional<View> view,
        Citation source) {}
