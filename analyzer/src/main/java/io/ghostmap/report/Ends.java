package io.ghostmap.report;

import io.ghostmap.datapath.program.Errno;
import io.ghostmap.net.Endpoint;
import io.ghostmap.replay.Disposition;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.Collection;

/** Where connections go, in words. */
final class Ends {
    private Ends() {}

    /** Why connect() fails, and with which errors. */
    static Text refusal(Disposition.Refused refused) {
        return Text.of(
                "{} ({})",
                refused.reason(),
                Text.join(" or ", refused.errors().stream().map(Errno::term).toList()));
    }

    /** {@code a or b}. */
    static Text either(Collection<Endpoint> endpoints) {
        return Text.join(" or ", endpoints.stream().map(Term::endpoint).toList());
    }
}
