package io.ghostmap.datapath.cilium;

import io.ghostmap.bundle.UptimeSpan;
import io.ghostmap.datapath.AffinitySession;
import io.ghostmap.datapath.Backend;
import io.ghostmap.datapath.Family;
import io.ghostmap.datapath.Service;
import io.ghostmap.datapath.Slot;
import io.ghostmap.datapath.Table;
import io.ghostmap.datapath.program.Condition;
import io.ghostmap.datapath.program.Conditions;
import io.ghostmap.datapath.program.SocketCookie;
import io.ghostmap.evidence.AgentOptions.Option;
import io.ghostmap.evidence.MapEntry;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.Protocol;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Follows a service to one of its backends, from the guards of {@code __sock4_xlate_fwd} to the choice of a slot. */
final class BackendFinder {
    /** Missing slots that are followed one by one: what the choice shows of the socket is kept only then. */
    private static final int MAX_MISSING = 64;

    /**
     * An agent can have its programs count in jiffies shifted right by 8 ({@code bpf-clock-probe}). Jiffies begin five
     * minutes before 2^32 ({@code INITIAL_JIFFIES}) at up to 1,000 a second, so that no such time is less than this.
     */
    private static final long FIRST_IN_JIFFIES = ((1L << Integer.SIZE) - 300 * 1_000) >>> 8;

    private final Inquiry inquiry;

    BackendFinder(Inquiry inquiry) {
        this.inquiry = inquiry;
    }

    /** Whether connections go to a proxy; a service of a proxy without a port is one like any other in some releases. */
    static boolean isProxied(Inquiry inquiry, Service service, Conditions given) {
        return inquiry.marked(service, ServiceFlag.L7_LOAD_BALANCER)
                && inquiry.knowsProxies(given)
                && (ServiceMarks.of(service).proxyPort().orElse(0) > 0 || !inquiry.has(Trait.NEEDS_PROXY_PORT));
    }

    void follow(Service service, Conditions given) {
        inquiry.cite(service.entry());
        boolean loopback = inquiry.destination.address().isLoopback();
        if (service.count() == 0 && !isProxied(inquiry, service, given)) {
            followEmpty(service, given);
        } else if ((inquiry.marked(service, ServiceFlag.L7_DELEGATE) && inquiry.has(Trait.LEAVES_DELEGATED))
                || inquiry.marked(service, ServiceFlag.NAT_46X64)) {
            inquiry.pass(given);
        } else if (isGuardedAsOf17(service)) {
            boolean local = inquiry.marked(service, ServiceFlag.EXTERNAL_LOCAL);
            if (loopback) {
                followRedirect(service, given);
            } else {
                followGuarded(service, !local, given);
            }
        } else if (inquiry.marked(service, ServiceFlag.HOST_PORT) && !loopback) {
            followGuarded(service, false, given);
        } else if (inquiry.marked(service, ServiceFlag.EXTERNAL_IP)) {
            followExternal(service, given);
        } else {
            followRedirect(service, given);
        }
    }

    /** Whether its traffic policy keeps to backends of this node, for clients of the kind that it is for. */
    private static boolean isLocal(ServiceMarks marks) {
        boolean external = marks.has(ServiceFlag.EXTERNAL_IP)
                || marks.has(ServiceFlag.LOAD_BALANCER)
                || marks.has(ServiceFlag.NODE_PORT);
        return marks.has(external ? ServiceFlag.EXTERNAL_LOCAL : ServiceFlag.INTERNAL_LOCAL);
    }

    private void followEmpty(Service service, Conditions given) {
        Consumer<Conditions> nowhere =
                where -> inquiry.deadEnd(Text.of("the service has no backend"), 1, where, inquiry.cookie);
        boolean passes = inquiry.setting.options().emptyServicesPass();
        if (inquiry.canBeSet(passes, Option.EMPTY_SERVICES_PASS)
                && !isLocal(ServiceMarks.of(service))
                && inquiry.has(Trait.CAN_PASS_EMPTY_SERVICES)) {
            inquiry.byOption(passes, Option.EMPTY_SERVICES_PASS, given, inquiry::pass, nowhere);
        } else {
            nowhere.accept(given);
        }
    }

    private void followExternal(Service service, Conditions given) {
        Consumer<Conditions> guarded = where -> followGuarded(service, false, where);
        boolean anywhere = inquiry.setting.options().externalIpsAnywhere();
        if (inquiry.canBeSet(anywhere, Option.EXTERNAL_IPS_ANYWHERE) && inquiry.has(Trait.SKIP_MAPS)) { // 1.16
            inquiry.byOption(
                    anywhere, Option.EXTERNAL_IPS_ANYWHERE, given, where -> followRedirect(service, where), guarded);
        } else {
            guarded.accept(given);
        }
    }

    private boolean isGuardedAsOf17(Service service) {
        return (inquiry.marked(service, ServiceFlag.EXTERNAL_LOCAL) || inquiry.marked(service, ServiceFlag.EXTERNAL_IP))
                && inquiry.has(Trait.GUARDS_LOCAL_SERVICES);
    }

    /** External IPs and host ports are translated only where the address is this node's. */
    private void followGuarded(Service service, boolean orOfAnother, Conditions given) {
        switch (inquiry.owner()) {
            case THIS_NODE -> followRedirect(service, given);
            case ANOTHER_NODE -> {
                if (orOfAnother) {
                    followRedirect(service, given);
                } else {
                    inquiry.pass(given);
                }
            }
            case NO_NODE -> inquiry.pass(given);
            case UNKNOWN ->
                given.split(
                        new Condition.AddressOfNode(inquiry.destination.address(), orOfAnother),
                        where -> followRedirect(service, where),
                        inquiry::pass);
        }
    }

    /** From the skip maps on, a local redirect policy leaves the clients alone that are to reach the service itself. */
    private void followRedirect(Service service, Conditions given) {
        if (!inquiry.marked(service, ServiceFlag.LOCAL_REDIRECT) || !inquiry.has(Trait.SKIP_MAPS)) {
            followProxy(service, given);
            return;
        }
        Table<SortedMap<Endpoint, List<SkipEntry>>> skip = inquiry.own.skipped(inquiry.view, inquiry.family);
        boolean unread = skip.content().isEmpty()
                && (skip.mapId().isPresent() || skip.doubt().isPresent());
        if (unread || (skip.content().isPresent() && !skip.whole())) {
            given.split(
                    Condition.ExemptFromRedirect.by(inquiry.program(), skip.mapId(), inquiry.destination),
                    inquiry::pass,
                    where -> followProxy(service, where));
            return;
        }
        List<SkipEntry> exempt = skip.content()
                .flatMap(table -> Optional.ofNullable(table.get(inquiry.destination)))
                .orElse(List.of());
        given.splitByNamespace(
                exempt.isEmpty() ? List.of() : List.of(exempt),
                entries -> entries.stream().map(SkipEntry::netnsCookie).toList(),
                (entries, where) -> {
                    entries.forEach(entry -> inquiry.cite(entry.entry()));
                    inquiry.pass(where);
                },
                where -> followProxy(service, where));
    }

    /** Pods are redirected to the proxy where their packets leave; clients on the host at the socket. */
    private void followProxy(Service service, Conditions given) {
        if (!isProxied(inquiry, service, given)) {
            followAffinity(service, given);
            return;
        }
        Endpoint proxy = new Endpoint(
                Inquiry.loopback(inquiry.family),
                ServiceMarks.of(service).proxyPort().orElse(0));
        inquiry.onHost(given, where -> inquiry.rewrite(service, proxy, 1, where, inquiry.cookie), inquiry::pass);
    }

    /** Clients in a namespace with a session that counts are kept at its backend; all others choose. */
    private void followAffinity(Service service, Conditions given) {
        if (!inquiry.marked(service, ServiceFlag.AFFINITY) || !inquiry.has(Trait.ASKS_FOR_NAMESPACE)) {
            select(service, given);
            return;
        }
        List<Session> found = new ArrayList<>();
        for (Affinity entry : remembered(service)) {
            if (entry.client() instanceof AffinitySession.Client.NetworkNamespace namespace
                    && (given.isEmpty() || given.admits(Condition.ClientInNamespace.of(List.of(namespace.cookie()))))) {
                session(service, namespace.cookie(), entry).ifPresent(session -> add(session, found));
            }
        }
        given.splitByNamespace(
                byBackend(found, true),
                sessions -> sessions.stream().map(Session::cookie).toList(),
                (sessions, where) -> keep(service, sessions, where),
                others -> others.splitBySession(
                        byBackend(found, false),
                        sessions -> sessions.stream()
                                .collect(Collectors.toMap(Session::cookie, Session::entry, (one, other) -> one)),
                        (sessions, where) -> keep(service, sessions, where),
                        where -> select(service, where)));
    }

    /** They come in the order of their keys: of a key that the dump has twice, the later row counts. */
    private void add(Session session, List<Session> found) {
        int last = found.size() - 1;
        boolean again = last >= 0
                && found.get(last).cookie() == session.cookie()
                && (inquiry.family == Family.IPV4
                        || Arrays.equals(
                                found.get(last).entry().key(), session.entry().key()));
        if (again) {
            found.set(last, session);
        } else {
            found.add(session);
        }
    }

    /** Those that surely count, or those that may have run out. */
    private static Collection<List<Session>> byBackend(Collection<Session> sessions, boolean timed) {
        Map<Long, List<Session>> byBackend = new LinkedHashMap<>();
        for (Session session : sessions) {
            if (session.timed() == timed) {
                byBackend
                        .computeIfAbsent(session.backend().id(), id -> new ArrayList<>())
                        .add(session);
            }
        }
        return byBackend.values();
    }

    private void keep(Service service, List<Session> alike, Conditions given) {
        Backend backend = alike.get(0).backend();
        alike.forEach(session -> inquiry.cite(session.entry()));
        inquiry.cite(backend.dump(), backend.row());
        reach(service, backend, 1, given, inquiry.cookie);
    }

    private List<Affinity> remembered(Service service) {
        return inquiry.own
                .affinity(inquiry.view, inquiry.family)
                .content()
                .flatMap(table -> Optional.ofNullable(table.get(service.revNatId())))
                .orElse(List.of());
    }

    /**
     * What the clients of one namespace had last.
     *
     * @param timed whether it surely counts; otherwise it may have run out
     */
    private record Session(long cookie, MapEntry entry, Backend backend, boolean timed) {}

    /**
     * Of IPv6 it is never certain that a client finds its own: its key has eight bytes after the namespace that many builds
     * leave as they were on the stack ({@code lb6_affinity_client_id}).
     *
     * <p>Empty where it did not count when the map was read. It can have run out while that was read; and if an agent counts in
     * jiffies, it is not known how many of them make a second.
     */
    private Optional<Session> session(Service service, long cookie, Affinity entry) {
        boolean matched = inquiry.own
                .affinityMatches(inquiry.view)
                .content()
                .flatMap(matches -> matches.find(service.revNatId(), entry.backendId()))
                .isPresent();
        if (!matched) {
            return Optional.empty();
        }
        long until = entry.lastUsed() + ServiceMarks.of(service).affinityTimeoutSeconds();
        Optional<UptimeSpan> read = inquiry.setting
                .clock()
                .whenRead(entry.entry().dump().mapId())
                .filter(span -> entry.lastUsed() <= span.until() && entry.lastUsed() < FIRST_IN_JIFFIES);
        if (read.filter(span -> until <= span.from()).isPresent()) {
            return Optional.empty();
        }
        boolean timed = inquiry.family == Family.IPV4
                && read.filter(span -> until > span.until()).isPresent();
        return inquiry.tables
                .backends()
                .content()
                .flatMap(content -> Optional.ofNullable(content.get(entry.backendId())))
                .map(backend -> new Session(cookie, entry.entry(), backend, timed));
    }

    /**
     * A datagram socket's cookie chooses, and has chosen already where an earlier program had slots, too; but not where
     * another socket of the same namespace can have written a session since the maps were dumped.
     */
    private void select(Service service, Conditions given) {
        SocketCookie cookie = inquiry.cookie;
        boolean stream = inquiry.protocol == Protocol.TCP;
        if (!stream && !inquiry.has(Trait.ASKS_FOR_SOCKET)) {
            selectFirst(service, given);
            return;
        }
        boolean drawn = (stream && !inquiry.allSay(release -> release.has(Trait.CHOOSES_STREAMS_BY_COOKIE)))
                || inquiry.marked(service, ServiceFlag.AFFINITY);
        int count = service.count();
        int open = drawn ? count : cookie.choices(count);
        double share = 1.0 / open;
        List<Slot> slots = service.selectable();
        for (Slot slot : slots) {
            if (drawn || cookie.chooses(slot.index(), count)) {
                followSlot(service, slot, share, given, drawn ? cookie : cookie.choosing(slot.index(), count));
                open--;
            }
        }
        if (open == 0) {
            return;
        }
        Set<Integer> present = slots.stream().map(Slot::index).collect(Collectors.toSet());
        Text what = Text.of(
                "{} of {} slots of {} are missing",
                Term.number(count - present.size()),
                Term.number(count),
                new Term.Frontend(
                        service.frontend().endpoint(),
                        service.frontend().protocol(),
                        service.frontend().internalScope()));
        Table<?> services = inquiry.tables.services();
        if (drawn || open > MAX_MISSING) {
            inquiry.missing(services, what, open * share, given, cookie);
            return;
        }
        IntStream.rangeClosed(1, count)
                .filter(index -> cookie.chooses(index, count) && !present.contains(index))
                .forEach(index -> inquiry.missing(services, what, share, given, cookie.choosing(index, count)));
    }

    private void selectFirst(Service service, Conditions given) {
        Optional<Slot> first =
                service.selectable().stream().filter(slot -> slot.index() == 1).findFirst();
        if (first.isPresent()) {
            followSlot(service, first.get(), 1, given, inquiry.cookie);
        } else {
            inquiry.missing(inquiry.tables.services(), Text.of("the first slot is missing"), 1, given, inquiry.cookie);
        }
    }

    private void followSlot(Service service, Slot slot, double share, Conditions given, SocketCookie chosen) {
        inquiry.cite(slot.dump(), slot.row());
        Table<SortedMap<Long, Backend>> backends = inquiry.tables.backends();
        if (backends.content().isEmpty()) {
            inquiry.unknown(whyUnread(backends), given);
            return;
        }
        Backend backend = backends.content().get().get(slot.backendId());
        if (backend == null) {
            inquiry.missing(
                    backends,
                    Text.of("backend {} is missing", Term.id(Term.IdKind.BACKEND, slot.backendId())),
                    share,
                    given,
                    chosen);
            return;
        }
        inquiry.cite(backend.dump(), backend.row());
        reach(service, backend, share, given, chosen);
    }

    private static Text whyUnread(Table<?> backends) {
        if (backends.doubt().isPresent()) {
            return backends.doubt().get();
        }
        return backends.mapId().isPresent()
                ? Text.of("map {} was not dumped", Term.map(backends.mapId().get()))
                : Text.of("the program references no backends map that is known");
    }

    /** Before the skip maps, and only over IPv4, the backend of a local redirect policy reaches the redirected service. */
    private void reach(Service service, Backend backend, double share, Conditions given, SocketCookie chosen) {
        boolean exempt = inquiry.marked(service, ServiceFlag.LOCAL_REDIRECT)
                && inquiry.family == Family.IPV4
                && inquiry.has(Trait.LOOKS_FOR_SOCKETS);
        if (exempt) {
            given.split(
                    new Condition.ClientIsBackend(backend.endpoint()),
                    where -> inquiry.pass(share, where, chosen),
                    where -> inquiry.rewrite(service, backend.endpoint(), share, where, chosen));
        } else {
            inquiry.rewrite(service, backend.endpoint(), share, given, chosen);
        }
    }
}
