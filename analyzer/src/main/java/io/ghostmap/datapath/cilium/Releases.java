package io.ghostmap.datapath.cilium;

import io.ghostmap.datapath.Frontend;
import io.ghostmap.datapath.Semantics;
import io.ghostmap.datapath.Semantics.Exemption;
import io.ghostmap.datapath.Semantics.Protocols;
import io.ghostmap.datapath.ServiceFlag;
import io.ghostmap.datapath.VersionRange;
import io.ghostmap.datapath.program.Errno;
import io.ghostmap.datapath.program.Release;
import io.ghostmap.net.Protocol;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * What the releases do differently at the socket ({@code bpf/bpf_sock.c}, {@code bpf/lib/lb.h}; 1.6 to 1.21-dev), and what
 * of a program's evidence tells them apart. 1.19 stands twice: 1.19.4 was the first whose error reaches the application.
 */
final class Releases {
    /** The helper by which a program chooses the error, of Linux 5.18; without it the kernel says EPERM. */
    private static final String SET_RETVAL = "bpf_set_retval";

    private static final String GET_NETNS_COOKIE = "bpf_get_netns_cookie_sock_addr";

    private record Era(VersionRange versions, Semantics semantics) {}

    private static final List<Era> TABLE = List.of(
            new Era(
                    VersionRange.upTo(12),
                    new Semantics(
                            release("1.12 or older"),
                            false,
                            List.of(Errno.EPERM),
                            ServiceFlag.EXTERNAL_LOCAL,
                            Protocols.ANY,
                            Exemption.OWN_SOCKET,
                            false,
                            false,
                            false,
                            true,
                            true)),
            era(13, 15, "1.13 to 1.15", Errno.EPERM, Protocols.ANY, Exemption.OWN_SOCKET),
            era(16, 16, "1.16", Errno.EPERM, Protocols.ANY, Exemption.SKIP_MAP),
            era(17, 17, "1.17", Errno.EPERM, Protocols.EXACT_THEN_ANY_FOR_GOOD, Exemption.SKIP_MAP),
            era(18, 18, "1.18", Errno.EPERM, Protocols.EXACT_THEN_ANY, Exemption.SKIP_MAP),
            era(19, 19, "1.19 before 1.19.4", Errno.EPERM, Protocols.EXACT, Exemption.SKIP_MAP),
            era(19, VersionRange.NEWEST, "1.19.4 or newer", Errno.EHOSTUNREACH, Protocols.EXACT, Exemption.SKIP_MAP));

    private Releases() {}

    private static Release release(String versions) {
        return new Release("Cilium", versions);
    }

    private static Era era(int first, int last, String name, Errno error, Protocols protocols, Exemption exemption) {
        return new Era(
                VersionRange.between(first, last),
                new Semantics(
                        release(name),
                        true,
                        List.of(error),
                        ServiceFlag.TWO_SCOPES,
                        protocols,
                        exemption,
                        first >= 19,
                        first >= 19,
                        first >= 18,
                        first < 19,
                        true));
    }

    /**
     * The semantics that agree with everything known; those of the range alone where the rest contradicts it,
     * and all of them where the range contradicts itself.
     *
     * @param frontends of the services that the program reads
     * @param calls the helpers that its instructions call; empty where they were not captured
     * @param choosesErrors whether the kernel lets a program choose the error
     */
    static List<Semantics> of(
            VersionRange versions, Collection<Frontend> frontends, Set<String> calls, boolean choosesErrors) {
        List<Era> inRange = TABLE.stream()
                .filter(era -> !era.versions().and(versions).isEmpty())
                .toList();
        List<Era> ofRange = inRange.isEmpty() ? TABLE : inRange;
        VersionRange byProtocol = byProtocol(frontends);
        List<Era> narrowed = ofRange.stream()
                .filter(era -> !era.versions().and(byProtocol).isEmpty())
                .filter(era -> calls.isEmpty()
                        || !choosesErrors
                        || !era.semantics().refusesDeadEnd()
                        || era.semantics()
                                .errors()
                                .contains(calls.contains(SET_RETVAL) ? Errno.EHOSTUNREACH : Errno.EPERM))
                .toList();
        return (narrowed.isEmpty() ? ofRange : narrowed)
                .stream()
                        .map(era -> era.semantics()
                                .with(
                                        errors(era, calls, choosesErrors),
                                        calls.isEmpty() || calls.contains(GET_NETNS_COOKIE)))
                        .toList();
    }

    /** The instructions say it best; where they were not captured, the release, on a kernel that can. */
    private static List<Errno> errors(Era era, Set<String> calls, boolean choosesErrors) {
        if (calls.isEmpty()) {
            return choosesErrors ? era.semantics().errors() : List.of(Errno.EPERM);
        }
        return List.of(calls.contains(SET_RETVAL) ? Errno.EHOSTUNREACH : Errno.EPERM);
    }

    /**
     * Up to 1.16 every key has protocol 0; from 1.17 on the agent writes the protocol, and from 1.19 on no program looks
     * for 0 any more (what has port 0 as well is an entry of another kind).
     */
    private static VersionRange byProtocol(Collection<Frontend> frontends) {
        boolean any = false;
        boolean exact = false;
        for (Frontend frontend : frontends) {
            if (frontend.protocol() != Protocol.ANY) {
                exact = true;
            } else if (frontend.endpoint().port() != 0) {
                any = true;
            }
        }
        return new VersionRange(exact ? 17 : VersionRange.OLDEST, any ? 18 : VersionRange.NEWEST);
    }
}
