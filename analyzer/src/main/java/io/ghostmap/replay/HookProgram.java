package io.ghostmap.replay;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Attachment;
import io.ghostmap.datapath.View;
import java.util.Optional;

/**
 * A program at its place in a hook.
 *
 * @param attachment where and how it is attached; empty when the tree was not captured
 * @param listed whether the list of programs has it; nothing is known of a program that it lacks
 * @param view what it reads; empty for a program that is not the load balancer's, whose effect is not known
 */
public record HookProgram(
        int programId,
        String name,
        Optional<Attachment> attachment,
        boolean listed,
        Optional<View> view,
        Citation source) {
    /**
     * Compares only the id: a view's tables have hundreds of thousands of entries, and a record would hash them all. The
     * records of {@code replay} and {@code datapath} that write these two methods save the sample 0.6 of 3.2 s of CPU
     * time, since Java links a record's own at their first use (medians of 9), and a node of 20,000 services takes seconds
     * instead of more than ten minutes.
     */
    @Override
    public int hashCode() {
        return programId;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof HookProgram that
                && programId == that.programId
                && listed == that.listed
                && name.equals(that.name)
                && attachment.equals(that.attachment)
                && source.equals(that.source)
                && view.equals(that.view);
    }
}
