package io.ghostmap.datapath.cilium;

import io.ghostmap.datapath.Frontend;
import io.ghostmap.datapath.program.Errno;
import io.ghostmap.net.Protocol;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Of which releases a program can be, by what the evidence shows of it. */
final class Releases {
    /** The helper by which a program chooses the error, of Linux 5.18; without it the kernel says EPERM. */
    private static final String SET_RETVAL = "bpf_set_retval";

    // Names of the kernel's functions, as bpftool prints them in instructions.

    private static final String GET_NETNS_COOKIE = "bpf_get_netns_cookie_sock_addr";
    private static final String GET_SOCKET_COOKIE = "bpf_get_socket_cookie_sock_addr";
    private static final String GET_SOCKET_OPTION = "bpf_sock_addr_getsockopt";
    private static final String RANDOM = "bpf_user_rnd_u32";
    private static final String LOOK_UP_SOCKET = "bpf_sock_addr_sk_lookup_";

    private Releases() {}

    /**
     * The semantics that agree with everything known; those of the range alone where the rest contradicts it,
     * and all of them where the range contradicts itself.
     *
     * @param translates whether it sends connects or datagrams to backends
     * @param frontends of the services that the program reads
     * @param calls the helpers that its instructions call; empty where they were not captured
     * @param choosesErrors whether the kernel lets a program choose the error
     */
    static List<Semantics> of(
            VersionRange versions,
            boolean translates,
            Collection<Frontend> frontends,
            Set<String> calls,
            boolean choosesErrors) {
        List<Era> inRange = Stream.of(Era.values())
                .filter(era -> !era.versions().and(versions).isEmpty())
                .toList();
        List<Era> ofRange = inRange.isEmpty() ? List.of(Era.values()) : inRange;
        VersionRange byProtocol = byProtocol(frontends);
        VersionRange byCalls = byCalls(calls, translates);
        List<Era> narrowed = ofRange.stream()
                .filter(era -> !era.versions().and(byProtocol).isEmpty())
                .filter(era -> !era.versions().and(byCalls).isEmpty())
                .filter(era -> calls.isEmpty() || !choosesErrors || agrees(Trait.of(era), calls))
                .toList();
        return (narrowed.isEmpty() ? ofRange : narrowed)
                .stream()
                        .map(era -> semantics(era, translates, calls, choosesErrors))
                        .toList();
    }

    /** Whether a release that can refuse chooses the error as those instructions do. */
    private static boolean agrees(Set<Trait> traits, Set<String> calls) {
        return !traits.contains(Trait.REFUSES_DEAD_ENDS)
                || traits.contains(Trait.NAMES_ERRORS) == calls.contains(SET_RETVAL);
    }

    /** The instructions say it best; where they were not captured, the release, on a kernel that can. */
    private static Semantics semantics(Era era, boolean translates, Set<String> calls, boolean choosesErrors) {
        Set<Trait> traits = Trait.of(era);
        if (!calls.isEmpty() && !calls.contains(GET_NETNS_COOKIE)) {
            traits.remove(Trait.ASKS_FOR_NAMESPACE);
        }
        if (!calls.isEmpty() && !looksForSockets(calls)) {
            traits.remove(Trait.LOOKS_FOR_SOCKETS);
        }
        // From 1.13 on every program asks for the socket's cookie; one of another hook need not.
        if (translates
                && !calls.isEmpty()
                && !calls.contains(GET_SOCKET_COOKIE)
                && !traits.contains(Trait.REFUSES_DEAD_ENDS)) {
            traits.remove(Trait.ASKS_FOR_SOCKET);
            traits.remove(Trait.CHOOSES_STREAMS_BY_COOKIE);
        }
        boolean named =
                calls.isEmpty() ? choosesErrors && traits.contains(Trait.NAMES_ERRORS) : calls.contains(SET_RETVAL);
        return new Semantics(era, traits, named ? Errno.EHOSTUNREACH : Errno.EPERM);
    }

    private static boolean looksForSockets(Set<String> calls) {
        return calls.stream().anyMatch(call -> call.startsWith(LOOK_UP_SOCKET));
    }

    /**
     * What a program calls, it was built to call; what it does not call, its kernel or its agent's options can have left
     * out. Only that streams choose at random is in every program that translates, from 1.8 on.
     */
    private static VersionRange byCalls(Set<String> calls, boolean translates) {
        VersionRange range = VersionRange.ANY;
        if (calls.contains(GET_NETNS_COOKIE)) {
            range = range.and(VersionRange.since(8));
        }
        if (calls.contains(GET_SOCKET_OPTION)) {
            range = range.and(VersionRange.since(10));
        }
        if (looksForSockets(calls)) {
            range = range.and(VersionRange.between(9, 15));
        }
        if (translates && calls.contains(GET_SOCKET_COOKIE)) {
            range = range.and(calls.contains(RANDOM) ? VersionRange.since(8) : VersionRange.upTo(7));
        }
        return range;
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
