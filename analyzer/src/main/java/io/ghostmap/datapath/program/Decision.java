package io.ghostmap.datapath.program;

import io.ghostmap.text.Text;
import java.util.List;

/** What a program does with an address. */
public sealed interface Decision {
    /** It leaves the address as it is. */
    record Passes() implements Decision {}

    /** It exchanges the address. */
    record Rewrites(Rewrite rewrite) implements Decision {}

    /** It makes the call fail with one of these errors. */
    record Refuses(Text reason, List<Errno> errors) implements Decision {
        public Refuses {
            errors = List.copyOf(errors);
        }
    }

    /** The evidence does not say. */
    record Unknown(Text reason) implements Decision {}
}
