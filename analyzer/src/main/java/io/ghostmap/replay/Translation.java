package io.ghostmap.replay;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Affinity;
import io.ghostmap.datapath.Backend;
import io.ghostmap.datapath.Family;
import io.ghostmap.datapath.FamilyTables;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.datapath.IpCache;
import io.ghostmap.datapath.Semantics;
import io.ghostmap.datapath.Semantics.Exemption;
import io.ghostmap.datapath.Semantics.Protocols;
import io.ghostmap.datapath.Service;
import io.ghostmap.datapath.ServiceFlag;
import io.ghostmap.datapath.ServiceFlags;
import io.ghostmap.datapath.SkipEntry;
import io.ghostmap.datapath.Slot;
import io.ghostmap.datapath.Table;
import io.ghostmap.datapath.View;
import io.ghostmap.evidence.AgentOptions;
import io.ghostmap.evidence.AgentOptions.Option;
import io.ghostmap.evidence.MapDump;
import io.ghostmap.evidence.MapEntry;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.IpAddress;
import io.ghostmap.net.Protocol;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What one program makes of one destination, with the semantics of its release: {@code __sock4_xlate_fwd} of Cilium's
 * {@code bpf/bpf_sock.c} step by step, over the tables of the program's own view. Where a step asks for something that
 * the evidence does not tell, both ways are followed, each under its condition.
 */
final class Translation {
    /** Entries that are cited: the frontend, and slot and backend of the first sixteen choices. */
    private static final int MAX_ENTRIES = 1 + 2 * 16;

    /** Missing slots that are followed one by one: what the choice tells of the socket is kept only then. */
    private static final int MAX_MISSING = 64;

    /** How far a clock may be ahead of the reading of it: a run of the collector takes minutes. */
    private static final long CLOCK_SLACK_SECONDS = 3_600;

    static final String ON_HOST = "the client is in the node's own network namespace";
    static final String NOT_ON_HOST = "the client is in a pod's network namespace";

    private static final String IN_NAMESPACE = "the client is in the network namespace with cookie ";
    private static final String AN_ADDRESS = " is an address";
    private static final String NO_ADDRESS = " is no address";
    private static final String OR_OF_ANOTHER = " or of another";
    private static final String BUILT_WITH = " was built with ";
    private static final String BUILT_WITHOUT = " was built without ";
    private static final String AS_NOW = ", as the agent runs now";

    private final View view;
    private final List<Semantics> releases;
    private final Endpoint destination;
    private final Protocol protocol;
    private final Client client;
    private final SocketCookie cookie;
    private final Setting setting;
    private final Family family;
    private final FamilyTables tables;
    private final OptionalInt remembered;
    private final List<Choice> choices = new ArrayList<>();
    private final List<MapEntry> entries = new ArrayList<>();
    private final List<Citation> options = new ArrayList<>();
    private boolean alike = true;

    /**
     * What the node is like, as far as programs ask.
     *
     * @param nowSeconds of the monotonic clock
     * @param options of the agent that runs now
     * @param agents ids of the programs that are this agent's: it built them with these options
     * @param citing whether anybody reads the entries that lead somewhere: of a large node's replays hardly any are told
     */
    record Setting(OptionalLong nowSeconds, AgentOptions options, Set<Integer> agents, boolean citing) {
        Setting untold() {
            return new Setting(nowSeconds, options, agents, false);
        }
    }

    /**
     * What connects, and where.
     *
     * @param cookie what programs that it has met already tell of it
     */
    record Socket(Protocol protocol, Client client, SocketCookie cookie, Setting setting) {}

    /** What the program does: one way of several. */
    sealed interface Decision {
        /** It lets the address pass. */
        record Passes() implements Decision {}

        /** It knows no such service: the address passes, or is looked up again as what it maps to. */
        record FindsNothing() implements Decision {}

        /** It exchanges the address. */
        record Rewrites(Rewrite rewrite) implements Decision {}

        /** It makes connect() fail. */
        record Refuses(String reason, List<String> errors) implements Decision {}

        /** The evidence does not tell. */
        record Unknown(String reason) implements Decision {}
    }

    /**
     * An effect, how likely it is under its conditions, and those.
     *
     * @param cookie what the choice tells of the socket
     */
    record Choice(Decision effect, double share, List<String> conditions, SocketCookie cookie) {
        Choice with(Decision other) {
            return new Choice(other, share, conditions, cookie);
        }

        /** Under these conditions before its own. */
        Choice given(List<String> before) {
            List<String> all = new ArrayList<>(before);
            all.addAll(conditions);
            return new Choice(effect, share, List.copyOf(all), cookie);
        }

        Choice withoutErrors() {
            return effect instanceof Decision.Refuses refuses
                    ? with(new Decision.Refuses(refuses.reason(), List.of()))
                    : this;
        }

        /** Two lists that differ in the errors of refusals only, as one with the errors of both. */
        static List<Choice> withErrorsOf(List<Choice> first, List<Choice> again) {
            List<Choice> both = new ArrayList<>();
            for (int i = 0; i < first.size(); i++) {
                Choice choice = first.get(i);
                if (choice.effect instanceof Decision.Refuses one
                        && again.get(i).effect instanceof Decision.Refuses other) {
                    List<String> errors = Stream.concat(one.errors().stream(), other.errors().stream())
                            .distinct()
                            .toList();
                    choice = choice.with(new Decision.Refuses(one.reason(), errors));
                }
                both.add(choice);
            }
            return List.copyOf(both);
        }
    }

    /**
     * All ways, in the order in which they were found, and the entries that lead to them.
     *
     * @param options of the agent that decided
     * @param alike whether all the releases that were asked about do the same; otherwise it is the first that does this
     */
    record Result(List<Choice> choices, List<MapEntry> entries, List<Citation> options, boolean alike) {}

    private Translation(
            View view, List<Semantics> releases, Endpoint destination, Socket socket, OptionalInt remembered) {
        this.view = view;
        this.releases = releases;
        this.destination = destination;
        this.protocol = socket.protocol();
        this.client = socket.client();
        this.cookie = socket.cookie();
        this.setting = socket.setting();
        this.family = Family.of(destination.address());
        this.tables = view.tables(family);
        this.remembered = remembered;
    }

    /** {@code releases}: of which the program can be; at least one. */
    static Result of(View view, List<Semantics> releases, Endpoint destination, Socket socket) {
        return run(new Translation(view, releases, destination, socket, OptionalInt.empty()));
    }

    /**
     * Whether the program still finds what a socket asked for once, as recvmsg and getpeername do: {@code
     * __sock4_xlate_rev} of the same file. It passes where that is still the same service and leads somewhere.
     */
    static Result stillServed(View view, List<Semantics> releases, Rewrite noted, Socket socket) {
        return run(new Translation(view, releases, noted.asked(), socket, OptionalInt.of(noted.revNatId())));
    }

    private static Result run(Translation translation) {
        translation.run();
        return new Result(
                List.copyOf(translation.choices),
                List.copyOf(translation.entries),
                List.copyOf(translation.options),
                translation.alike);
    }

    /** Whether one client of one node cannot fulfil all of them, which two programs may ask of it one after the other. */
    static boolean contradict(Collection<String> conditions) {
        for (String condition : conditions) {
            if (condition.equals(ON_HOST) && conditions.contains(NOT_ON_HOST)) {
                return true;
            }
            String no = condition.replace(AN_ADDRESS, NO_ADDRESS);
            if (condition.contains(AN_ADDRESS)
                    && (conditions.contains(no) || conditions.contains(no + OR_OF_ANOTHER))) {
                return true;
            }
            if (condition.contains(BUILT_WITHOUT)
                    && conditions.contains(condition.replace(BUILT_WITHOUT, BUILT_WITH) + AS_NOW)) {
                return true;
            }
        }
        return conditions.stream()
                        .filter(condition -> condition.startsWith(IN_NAMESPACE))
                        .distinct()
                        .count()
                > 1;
    }

    /** The condition that a program is of one of these releases. */
    static String isOf(View view, List<Semantics> releases) {
        return "program " + view.program().id() + " is of Cilium "
                + releases.stream().map(Semantics::releases).collect(Collectors.joining(" or "));
    }

    /** What the first release says, with a note where another would say something else. */
    private <T> T ask(Function<Semantics, T> question) {
        T answer = question.apply(releases.get(0));
        for (int i = 1; alike && i < releases.size(); i++) {
            alike = answer.equals(question.apply(releases.get(i)));
        }
        return answer;
    }

    /** What it is asked for by recvmsg and getpeername it has translated once, whatever the options are now. */
    private void run() {
        boolean hostOnly = setting.options().hostNetworkOnly() && remembered.isEmpty();
        if (hostOnly && ask(Semantics::tellsNamespaces)) {
            byOption(
                    true,
                    Option.HOST_NETWORK_ONLY,
                    List.of(),
                    given -> onHost(given, this::find, this::pass),
                    this::find);
        } else {
            find(List.of());
        }
    }

    /**
     * An option of the agent as it runs now: its own programs were built with it. Whether those of an earlier agent were
     * nobody tells: where it is set, both ways are followed for them.
     */
    private void byOption(
            boolean set,
            Option option,
            List<String> given,
            Consumer<List<String>> with,
            Consumer<List<String>> without) {
        if (!set) {
            without.accept(given);
            return;
        }
        options.addAll(setting.options().told().getOrDefault(option, List.of()));
        if (isAgents()) {
            with.accept(given);
        } else {
            String program = "program " + view.program().id();
            with.accept(and(given, program + BUILT_WITH + option.flag() + AS_NOW));
            without.accept(and(given, program + BUILT_WITHOUT + option.flag()));
        }
    }

    private boolean isAgents() {
        return setting.agents().contains(view.program().id());
    }

    private void find(List<String> given) {
        Table<SortedMap<Frontend, Service>> services = tables.services();
        if (services.doubt().isPresent()) {
            unknown(services.doubt().get(), given);
        } else if (services.mapId().isEmpty()) {
            miss(given); // a program without that family's maps leaves the address alone
        } else if (services.content().isEmpty()) {
            unknown("map " + services.mapId().get() + " was not dumped", given);
        } else {
            Optional<Service> direct = lookup(destination);
            if (direct.isPresent()) {
                follow(direct.get(), given);
            } else if (services.whole()) {
                trySurrogate(given);
            } else {
                unknown(
                        "the dump of map " + services.mapId().get() + " is not whole, the entry may be missing from it",
                        given);
            }
        }
    }

    // ---- finding the service --------------------------------------------------------------------------

    /** The entry of the external scope and, where it says so, instead of it that of the internal one. */
    private Optional<Service> lookup(Endpoint asked) {
        Optional<Service> found = entry(asked, protocol, false);
        if (found.isPresent()) {
            Service external = found.get();
            if (ask(release -> external.flags().has(release.scopeSwitch()))) {
                found = entry(asked, external.frontend().protocol(), true);
            }
        }
        return found.filter(service -> service.count() > 0 || isProxied(service) || ask(Semantics::refusesDeadEnd));
    }

    /** {@code good}: what is asked for by the releases that stay with the protocol that they found first. */
    private Optional<Service> entry(Endpoint asked, Protocol good, boolean internalScope) {
        Optional<Service> exact = view.service(new Frontend(asked, protocol, internalScope));
        if (exact.isPresent() && asksForExact(good)) {
            return exact;
        }
        Optional<Service> any = view.service(new Frontend(asked, Protocol.ANY, internalScope));
        return ask(release -> switch (release.protocols()) {
            case ANY -> any;
            case EXACT -> exact;
            case EXACT_THEN_ANY -> exact.or(() -> any);
            case EXACT_THEN_ANY_FOR_GOOD -> good == protocol ? exact.or(() -> any) : any;
        });
    }

    /** Whether an entry of the exact protocol is what all the releases take where there is one. */
    private boolean asksForExact(Protocol good) {
        for (Semantics release : releases) {
            Protocols protocols = release.protocols();
            if (protocols == Protocols.ANY || (protocols == Protocols.EXACT_THEN_ANY_FOR_GOOD && good != protocol)) {
                return false;
            }
        }
        return true;
    }

    /** The entries for NodePorts and HostPorts have address 0 and hold for the addresses of this host. */
    private void trySurrogate(List<String> given) {
        boolean inRange = setting.options().isNodePort(destination.port());
        byOption(
                inRange != AgentOptions.DEFAULT.isNodePort(destination.port()),
                Option.NODE_PORT_RANGE,
                given,
                where -> trySurrogate(inRange, where),
                where -> trySurrogate(AgentOptions.DEFAULT.isNodePort(destination.port()), where));
    }

    private void trySurrogate(boolean inRange, List<String> given) {
        Optional<Service> surrogate = lookup(new Endpoint(unspecified(family), destination.port()))
                .filter(service -> isFor(inRange, service.flags()));
        if (surrogate.isEmpty() || destination.address().isUnspecified()) {
            miss(given);
            return;
        }
        Service service = surrogate.get();
        if (destination.address().isLoopback()) {
            onHost(given, where -> follow(service, where), where -> surrogateByIdentity(inRange, service, where));
        } else {
            surrogateByIdentity(inRange, service, given);
        }
    }

    private boolean isFor(boolean inRange, ServiceFlags flags) {
        return inRange
                ? flags.has(ServiceFlag.NODE_PORT)
                : flags.has(ServiceFlag.HOST_PORT)
                        && (!isLoopbackOnly(flags) || destination.address().isLoopback());
    }

    private static boolean isLoopbackOnly(ServiceFlags flags) {
        return flags.has(ServiceFlag.LOOPBACK);
    }

    private void surrogateByIdentity(boolean inRange, Service service, List<String> given) {
        Identified identified = identify();
        String where = " of this node" + (inRange ? OR_OF_ANOTHER : "");
        switch (identified) {
            case UNKNOWN -> {
                follow(service, and(given, destination.address() + AN_ADDRESS + where));
                miss(and(given, destination.address() + NO_ADDRESS + where));
            }
            case HOST -> follow(service, given);
            case REMOTE_NODE -> {
                if (inRange) {
                    follow(service, given);
                } else {
                    miss(given);
                }
            }
            case OTHER -> miss(given);
        }
    }

    private enum Identified {
        HOST,
        REMOTE_NODE,
        OTHER,
        UNKNOWN
    }

    /** Whose address the destination is, by the program's own ipcache. */
    private Identified identify() {
        Table<IpCache> cache = view.ipCache();
        if (cache.content().isEmpty()) {
            // A program that knows no ipcache cannot ask it; one whose ipcache was not dumped can.
            return cache.mapId().isPresent() || cache.doubt().isPresent() ? unread() : Identified.OTHER;
        }
        Optional<IpCache.Entry> entry = cache.content().get().lookup(destination.address());
        // In a part of the prefixes, only one that is the address itself is surely the longest.
        if (!cache.whole() && entry.filter(IpCache.Entry::isWholeAddress).isEmpty()) {
            return unread();
        }
        entry.ifPresent(found -> cite(found.entry()));
        if (entry.isEmpty()) {
            return Identified.OTHER;
        }
        if (entry.get().isHost()) {
            return Identified.HOST;
        }
        boolean counts = !entry.get().remoteCluster() || ask(Semantics::nodesOfOtherClusters);
        return entry.get().isRemoteNode() && counts ? Identified.REMOTE_NODE : Identified.OTHER;
    }

    /** No agent writes an IPv4 address into its ipcache as the mapped one that connect6 asks for first. */
    private Identified unread() {
        return destination.unmapped().equals(destination) ? Identified.UNKNOWN : Identified.OTHER;
    }

    // ---- following it ---------------------------------------------------------------------------------

    private void follow(Service service, List<String> given) {
        cite(service.entry());
        ServiceFlags flags = service.flags();
        if (remembered.isPresent()) {
            recall(service, given);
        } else if (service.count() == 0 && !isProxied(service)) {
            byOption(
                    setting.options().emptyServicesPass() && !isLocal(flags) && ask(Semantics::canPassEmptyServices),
                    Option.EMPTY_SERVICES_PASS,
                    given,
                    this::pass,
                    where -> deadEnd("the service has no backend", 1, where, cookie));
        } else if ((flags.has(ServiceFlag.L7_DELEGATE) && ask(Semantics::delegates)) || flags.nat46()) {
            pass(given);
        } else if (flags.has(ServiceFlag.HOST_PORT) && !destination.address().isLoopback()) {
            followGuarded(service, given);
        } else if (flags.has(ServiceFlag.EXTERNAL_IP)) {
            byOption(
                    setting.options().externalIpsAnywhere() && ask(Semantics::exemption) == Exemption.SKIP_MAP, // 1.16
                    Option.EXTERNAL_IPS_ANYWHERE,
                    given,
                    where -> followRedirect(service, where),
                    where -> followGuarded(service, where));
        } else {
            followRedirect(service, given);
        }
    }

    /** Whether its traffic policy keeps to backends of this node, for clients of the kind that it is for. */
    private static boolean isLocal(ServiceFlags flags) {
        boolean external = flags.has(ServiceFlag.EXTERNAL_IP)
                || flags.has(ServiceFlag.LOAD_BALANCER)
                || flags.has(ServiceFlag.NODE_PORT);
        return flags.has(external ? ServiceFlag.EXTERNAL_LOCAL : ServiceFlag.INTERNAL_LOCAL);
    }

    /** An id that another service has by now, or a service that has lost its backends, does not count. */
    private void recall(Service service, List<String> given) {
        boolean same = service.revNatId() == remembered.getAsInt();
        if (same && (service.count() > 0 || isProxied(service))) {
            pass(given);
        } else {
            miss(given);
        }
    }

    /** External IPs and host ports are translated only where the address is this node's. */
    private void followGuarded(Service service, List<String> given) {
        switch (identify()) {
            case HOST -> followRedirect(service, given);
            case REMOTE_NODE, OTHER -> pass(given);
            case UNKNOWN -> {
                followRedirect(service, and(given, destination.address() + AN_ADDRESS + " of this node"));
                pass(and(given, destination.address() + NO_ADDRESS + " of this node"));
            }
        }
    }

    /** The backends of a local redirect policy reach what they stand in for; before the skip maps over IPv4 alone. */
    private void followRedirect(Service service, List<String> given) {
        boolean ownSocket = service.flags().localRedirect() && ask(Semantics::exemption) == Exemption.OWN_SOCKET;
        if (!service.flags().localRedirect() || (ownSocket && family == Family.IPV6)) {
            followProxy(service, given);
        } else if (ownSocket) {
            pass(and(given, "the client is itself the chosen backend of the local redirect policy"));
            followProxy(
                    service, and(given, "the client is not itself the chosen backend of the local redirect policy"));
        } else {
            followUnlessSkipped(service, given);
        }
    }

    private void followUnlessSkipped(Service service, List<String> given) {
        Table<SortedMap<Endpoint, List<SkipEntry>>> skip = tables.skipLb();
        List<SkipEntry> skipped = tables.skipped(destination);
        boolean unread = skip.content().isEmpty()
                && (skip.mapId().isPresent() || skip.doubt().isPresent());
        if (unread || (skip.content().isPresent() && !skip.whole())) {
            pass(and(given, "the client is exempt from the local redirect policy"));
            followProxy(service, and(given, "the client is not exempt from the local redirect policy"));
        } else if (client.netnsCookie().isPresent()) {
            Optional<SkipEntry> own = skipped.stream()
                    .filter(entry -> entry.netnsCookie() == client.netnsCookie().getAsLong())
                    .findFirst();
            own.ifPresent(entry -> cite(entry.entry()));
            if (own.isPresent()) {
                pass(given);
            } else {
                followProxy(service, given);
            }
        } else {
            for (SkipEntry entry : skipped) {
                cite(entry.entry());
                pass(and(given, inNamespace(entry.netnsCookie())));
            }
            followProxy(service, skipped.isEmpty() ? given : and(given, "the client is in no such namespace"));
        }
    }

    private static String inNamespace(long cookie) {
        return IN_NAMESPACE + Long.toUnsignedString(cookie);
    }

    private boolean isProxied(Service service) {
        return service.flags().l7() && (service.word().proxyPort().orElse(0) > 0 || !ask(Semantics::proxyNeedsPort));
    }

    /** Pods are redirected to the proxy where their packets leave; clients on the host at the socket. */
    private void followProxy(Service service, List<String> given) {
        if (!isProxied(service)) {
            followAffinity(service, given);
            return;
        }
        Endpoint proxy =
                new Endpoint(loopback(family), service.word().proxyPort().orElse(0));
        onHost(given, where -> rewrite(service, proxy, 1, where, cookie), where -> pass(where));
    }

    private void followAffinity(Service service, List<String> given) {
        List<Affinity> remembered = service.flags().has(ServiceFlag.AFFINITY) && ask(Semantics::tellsNamespaces)
                ? tables.affinityOf(service.revNatId()).stream()
                        .filter(entry -> entry.client() instanceof Affinity.Client.NetworkNamespace)
                        .filter(this::isOfClient)
                        .toList()
                : List.of();
        boolean open = true;
        for (Affinity entry : remembered) {
            List<String> where = client.netnsCookie().isPresent()
                    ? given
                    : and(given, inNamespace(((Affinity.Client.NetworkNamespace) entry.client()).cookie()));
            open &= followRemembered(service, entry, where)
                    || client.netnsCookie().isEmpty();
        }
        if (open) {
            select(service, given);
        }
    }

    private boolean isOfClient(Affinity entry) {
        return client.netnsCookie().isEmpty()
                || (entry.client() instanceof Affinity.Client.NetworkNamespace namespace
                        && namespace.cookie() == client.netnsCookie().getAsLong());
    }

    /**
     * Whether the entry leaves it open that a backend is chosen anew; if it counts, its own way is added. One that was used
     * in the future is of an agent that counts in jiffies, of which nobody knows how many make a second.
     */
    private boolean followRemembered(Service service, Affinity entry, List<String> given) {
        Optional<Backend> backend =
                tables.backends().content().flatMap(content -> Optional.ofNullable(content.get(entry.backendId())));
        boolean matched = view.affinityMatch()
                .content()
                .flatMap(matches -> matches.find(service.revNatId(), entry.backendId()))
                .isPresent();
        long until = entry.lastUsed() + service.word().affinityTimeoutSeconds();
        boolean timed = setting.nowSeconds().isPresent()
                && entry.lastUsed() <= setting.nowSeconds().getAsLong() + CLOCK_SLACK_SECONDS;
        if (backend.isEmpty()
                || !matched
                || (timed && until <= setting.nowSeconds().getAsLong())) {
            return true;
        }
        cite(entry.entry());
        cite(backend.get().dump(), backend.get().row());
        rewrite(
                service,
                backend.get().endpoint(),
                1,
                timed ? given : and(given, "its session affinity has not run out"),
                cookie);
        return !timed;
    }

    /**
     * A datagram socket's cookie chooses, and has chosen already where an earlier program had slots, too; but not where
     * another socket of the same namespace can have left a session behind since the maps were dumped.
     */
    private void select(Service service, List<String> given) {
        boolean drawn = protocol == Protocol.TCP || service.flags().has(ServiceFlag.AFFINITY);
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
        String what = (count - present.size()) + " of " + count + " slots of " + service.frontend() + " are missing";
        if (drawn || open > MAX_MISSING) {
            missing(tables.services(), what, open * share, given, cookie);
            return;
        }
        IntStream.rangeClosed(1, count)
                .filter(index -> cookie.chooses(index, count) && !present.contains(index))
                .forEach(index -> missing(tables.services(), what, share, given, cookie.choosing(index, count)));
    }

    private void followSlot(Service service, Slot slot, double share, List<String> given, SocketCookie chosen) {
        cite(slot.dump(), slot.row());
        Table<SortedMap<Long, Backend>> backends = tables.backends();
        if (backends.content().isEmpty()) {
            unknown(
                    backends.doubt()
                            .or(() -> backends.mapId().map(id -> "map " + id + " was not dumped"))
                            .orElse("the program references no backends map that is known"),
                    given);
            return;
        }
        Backend backend = backends.content().get().get(slot.backendId());
        if (backend == null) {
            missing(backends, "backend " + slot.backendId() + " is missing", share, given, chosen);
            return;
        }
        cite(backend.dump(), backend.row());
        rewrite(service, backend.endpoint(), share, given, chosen);
    }

    // ---- ways to end ----------------------------------------------------------------------------------

    /** Both ways where it is not known whether the client is on the host. */
    private void onHost(List<String> given, Consumer<List<String>> host, Consumer<List<String>> pod) {
        if (!ask(Semantics::tellsNamespaces)) {
            host.accept(given);
        } else if (client.inHostNetns().isEmpty()) {
            host.accept(and(given, ON_HOST));
            pod.accept(and(given, NOT_ON_HOST));
        } else if (client.inHostNetns().get()) {
            host.accept(given);
        } else {
            pod.accept(given);
        }
    }

    private void missing(Table<?> table, String what, double share, List<String> given, SocketCookie chosen) {
        if (table.whole()) {
            deadEnd(what, share, given, chosen);
        } else {
            unknown(what + " from a dump that is not whole", given);
        }
    }

    private void deadEnd(String why, double share, List<String> given, SocketCookie chosen) {
        Decision effect = ask(release ->
                release.refusesDeadEnd() ? new Decision.Refuses(why, release.errors()) : new Decision.Passes());
        choices.add(new Choice(effect, share, given, chosen));
    }

    private void rewrite(Service service, Endpoint backend, double share, List<String> given, SocketCookie chosen) {
        Rewrite rewrite =
                new Rewrite(view.program().id(), tables.reverseSk().mapId(), backend, destination, service.revNatId());
        choices.add(new Choice(new Decision.Rewrites(rewrite), share, given, chosen));
    }

    private void miss(List<String> given) {
        choices.add(new Choice(new Decision.FindsNothing(), 1, given, cookie));
    }

    private void pass(List<String> given) {
        choices.add(new Choice(new Decision.Passes(), 1, given, cookie));
    }

    private void unknown(String why, List<String> given) {
        choices.add(new Choice(new Decision.Unknown(why), 1, given, cookie));
    }

    private void cite(MapEntry entry) {
        cite(entry.dump(), entry.row());
    }

    private void cite(MapDump dump, int row) {
        if (setting.citing() && entries.size() < MAX_ENTRIES) {
            entries.add(new MapEntry(dump, row));
        }
    }

    private static List<String> and(List<String> given, String condition) {
        List<String> all = new ArrayList<>(given);
        all.add(condition);
        return List.copyOf(all);
    }

    private static IpAddress unspecified(Family family) {
        return IpAddress.of(new byte[family.addressBytes()], 0, family.addressBytes());
    }

    private static IpAddress loopback(Family family) {
        byte[] bytes = new byte[family.addressBytes()];
        bytes[bytes.length - 1] = 1;
        if (family == Family.IPV4) {
            bytes[0] = 127;
        }
        return IpAddress.of(bytes, 0, bytes.length);
    }
}
