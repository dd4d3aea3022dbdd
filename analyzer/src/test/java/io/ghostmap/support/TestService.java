package io.ghostmap.support;

import io.ghostmap.net.Protocol;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** A service as a generation's maps hold it, for {@link TestNode#serves(TestService)}. */
public final class TestService {
    final String frontend;
    final List<String> backends = new ArrayList<>();
    final Set<Mark> marks = EnumSet.noneOf(Mark.class);
    Optional<Protocol> protocol = Optional.empty();
    boolean internal;
    OptionalInt count = OptionalInt.empty();
    OptionalInt revNatId = OptionalInt.empty();
    int quarantined;
    int affinitySeconds;
    int proxyPort;
    boolean maglev;

    /** A bit of the two flag bytes ({@code enum} of {@code SVC_FLAG_…} in {@code bpf/lib/common.h}), {@code flags2} above. */
    public enum Mark {
        EXTERNAL_IP(0x0001),
        NODE_PORT(0x0002),
        /** Up to 1.12 it sends in-cluster clients to the internal scope; later it means externalTrafficPolicy: Local. */
        LOCAL_SCOPE(0x0004),
        EXTERNAL_LOCAL(0x0004),
        HOST_PORT(0x0008),
        AFFINITY(0x0010),
        LOAD_BALANCER(0x0020),
        ROUTABLE(0x0040),
        SOURCE_RANGE(0x0080),
        LOCAL_REDIRECT(0x0100),
        NAT_46X64(0x0200),
        L7(0x0400),
        /** With {@link #HOST_PORT}. */
        LOOPBACK(0x0800),
        /** Without {@link #HOST_PORT}. */
        DELEGATE(0x0800),
        INTERNAL_LOCAL(0x1000),
        TWO_SCOPES(0x2000),
        DSR(0x8000);

        private final int bit;

        Mark(int bit) {
            this.bit = bit;
        }
    }

    private TestService(String frontend) {
        this.frontend = frontend;
    }

    /** {@code 10.96.0.10:80}, over TCP from 1.17 on and for every protocol before, as the releases write it. */
    public static TestService service(String frontend) {
        return new TestService(frontend);
    }

    public TestService over(Protocol wanted) {
        protocol = Optional.of(wanted);
        return this;
    }

    /** The entry of the internal scope. */
    public TestService internal() {
        internal = true;
        return this;
    }

    public TestService marked(Mark... wanted) {
        marks.addAll(List.of(wanted));
        return this;
    }

    /** One slot each, in this order. */
    public TestService to(String... endpoints) {
        backends.addAll(List.of(endpoints));
        return this;
    }

    /** What the frontend's entry says of the number of slots, whatever slots there are. */
    public TestService counting(int slots) {
        count = OptionalInt.of(slots);
        return this;
    }

    /** Slots after those that count. */
    public TestService quarantining(int slots) {
        quarantined = slots;
        return this;
    }

    /** Session affinity with that timeout. */
    public TestService sticky(int seconds) {
        affinitySeconds = seconds;
        return marked(Mark.AFFINITY);
    }

    /** To a proxy on that port of the node. */
    public TestService proxied(int port) {
        proxyPort = port;
        return marked(Mark.L7);
    }

    /** Its entry names Maglev as the algorithm. */
    public TestService byMaglev() {
        maglev = true;
        return this;
    }

    public TestService revNatId(int id) {
        revNatId = OptionalInt.of(id);
        return this;
    }

    int flags() {
        return marks.stream().mapToInt(mark -> mark.bit).reduce(0, (all, bit) -> all | bit);
    }
}
