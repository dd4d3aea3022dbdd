package io.ghostmap.replay;

import io.ghostmap.datapath.program.Errno;
import io.ghostmap.net.Endpoint;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.List;

/** What becomes of a connection. */
public sealed interface Disposition {
    Text text();

    /** It goes out to that address, translated or not. */
    record Connects(Endpoint endpoint) implements Disposition {
        @Override
        public Text text() {
            return Text.of(Term.endpoint(endpoint));
        }

        // Compared a million times for a large node, and a record's own methods are slow if only C1 compiles them.

        @Override
        public int hashCode() {
            return endpoint.hashCode();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Connects that && endpoint.equals(that.endpoint);
        }
    }

    /**
     * connect() fails; no packet leaves.
     *
     * @param errors what the application can see; several if the evidence does not show which
     */
    record Refused(Text reason, List<Errno> errors) implements Disposition {
        public Refused {
            errors = List.copyOf(errors);
        }

        @Override
        public Text text() {
            return Text.of(
                    "refused: {} ({})",
                    reason,
                    Text.join(" or ", errors.stream().map(Errno::term).toList()));
        }

        /** With the error that is left after a later program of the chain refuses as well. */
        Refused followedBy(List<Errno> later) {
            return new Refused(reason, Branch.errorsOf(errors, later));
        }
    }

    /** The evidence does not show it. */
    record Unknown(Text reason) implements Disposition {
        @Override
        public Text text() {
            return Text.of("unknown: {}", reason);
        }
    }
}
