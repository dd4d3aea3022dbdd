package io.ghostmap.replay;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Datapath;
import io.ghostmap.datapath.Family;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.datapath.OrderedTable;
import io.ghostmap.datapath.Semantics;
import io.ghostmap.datapath.Service;
import io.ghostmap.datapath.Table;
import io.ghostmap.datapath.View;
import io.ghostmap.evidence.AgentOptions;
import io.ghostmap.evidence.AttachType;
import io.ghostmap.evidence.BpfProgram;
import io.ghostmap.evidence.MapEntry;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.Protocol;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.BinaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The door of the room: runs connects through hooks. */
public final class Replayer {
    /** Ways of one connection through one chain; a node has a handful, a bundle made up for harm any number. */
    private static final int MAX_WAYS = 4_096;

    private static final List<Outcome> NO_CURRENT = List.of(new Outcome(
            new Disposition.Unknown("no program that reads only the current generation was captured"), 1, List.of()));

    private final Datapath datapath;
    private final Translation.Setting setting;
    private final Translation.Setting untold;
    private final Map<Integer, KnownEndpoints> known = new HashMap<>();

    /** {@code nowSeconds}: the monotonic clock of the node when its maps were dumped. */
    public Replayer(Datapath datapath, OptionalLong nowSeconds, AgentOptions options) {
        this.datapath = datapath;
        this.setting = new Translation.Setting(nowSeconds, options, agentsPrograms(datapath), true);
        this.untold = setting.untold();
        datapath.services().forEach((mapId, table) -> known.put(mapId, new KnownEndpoints(table.keySet())));
    }

    /** The youngest of each name that reads the current generation: an older agent's can read the same pinned maps. */
    private static Set<Integer> agentsPrograms(Datapath datapath) {
        Comparator<BpfProgram> byAge = Comparator.<BpfProgram>comparingLong(
                        program -> program.loadedAt().orElse(0))
                .thenComparing(BpfProgram::id);
        return datapath.views().values().stream()
                .filter(view -> Stream.of(Family.values()).anyMatch(family -> datapath.readsOnlyCurrent(view, family)))
                .map(View::program)
                .collect(Collectors.toMap(BpfProgram::name, program -> program, BinaryOperator.maxBy(byAge)))
                .values()
                .stream()
                .map(BpfProgram::id)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** A connect, or a datagram, to the frontend at each hook that handles its family and protocol. */
    public List<Replay> replay(List<Hook> hooks, Frontend frontend) {
        return replayAt(hooks.stream().map(this::chainOf).toList(), frontend);
    }

    private List<Replay> replayAt(List<Chain> chains, Frontend frontend) {
        List<Replay> replays = new ArrayList<>(1);
        for (Chain chain : chains) {
            if (handles(chain.hook.attachType(), frontend)) {
                replays.add(replay(chain, frontend, Client.UNKNOWN));
            }
        }
        return replays;
    }

    /** A hook, and the programs that tell what the current generation alone would do there. */
    private record Chain(Hook hook, Optional<View> currentV4, Optional<View> currentV6) {
        Optional<View> current(Family family) {
            return family == Family.IPV4 ? currentV4 : currentV6;
        }
    }

    private Chain chainOf(Hook hook) {
        return new Chain(hook, currentView(hook, Family.IPV4), currentView(hook, Family.IPV6));
    }

    /** Every frontend that any of the hooks' programs or the current generation knows, at each hook that handles it. */
    public List<Replay> replayAll(List<Hook> hooks) {
        List<SortedMap<Frontend, Service>> tables = datapath.views().values().stream()
                .flatMap(view -> Stream.of(view.servicesV4(), view.servicesV6()))
                .flatMap(table -> table.content().stream())
                .toList();
        List<Frontend> frontends = OrderedTable.keysOf(tables);
        Set<Frontend> known = new HashSet<>(frontends);
        List<Chain> chains = hooks.stream().map(this::chainOf).toList();
        return frontends.parallelStream() // each replay stands alone; their order stays
                .filter(Replayer::isClientTarget)
                .flatMap(frontend -> frontend.protocol() == Protocol.ANY
                        ? replayAny(chains, frontend.endpoint(), known)
                        : replayAt(chains, frontend).stream())
                .toList();
    }

    /**
     * Entries up to 1.16 are for every protocol: where no other generation names one, a stream is asked for at the hooks of
     * connect, and a datagram at those that pass nothing else.
     */
    private Stream<Replay> replayAny(List<Chain> chains, Endpoint endpoint, Set<Frontend> all) {
        Frontend stream = Frontend.external(endpoint, Protocol.TCP);
        Frontend datagram = Frontend.external(endpoint, Protocol.UDP);
        if (all.contains(stream) || all.contains(datagram)) {
            return Stream.empty();
        }
        List<Chain> unconnected = chains.stream()
                .filter(chain -> !handles(chain.hook.attachType(), stream))
                .toList();
        return Stream.concat(replayAt(chains, stream).stream(), replayAt(unconnected, datagram).stream());
    }

    /** Surrogate entries (address 0) and drop entries (port 0) are not what a client connects to. */
    private static boolean isClientTarget(Frontend frontend) {
        return !frontend.internalScope()
                && !frontend.endpoint().address().isUnspecified()
                && frontend.endpoint().port() != 0;
    }

    /**
     * connect6 also sees IPv4 destinations, as mapped addresses of AF_INET6 sockets, and looks them up in the IPv4 maps;
     * a datagram to a mapped address passes sendmsg4, because the kernel unwraps it first ({@code udpv6_sendmsg}).
     * connect() is translated for datagram sockets as well; SCTP is left to the programs at devices.
     */
    private static boolean handles(AttachType type, Frontend frontend) {
        boolean v4 = frontend.endpoint().address().isV4();
        boolean datagrams = frontend.protocol() == Protocol.UDP;
        boolean streams = frontend.protocol() == Protocol.TCP;
        return switch (type) {
            case CONNECT4 -> v4 && (streams || datagrams);
            case CONNECT6 -> streams || datagrams;
            case SENDMSG4 -> v4 && datagrams;
            case SENDMSG6 -> !v4 && datagrams;
            default -> false;
        };
    }

    /** One connect, or datagram, of that client. */
    public Replay replay(Hook hook, Frontend frontend, Client client) {
        return replay(chainOf(hook), frontend, client);
    }

    private Replay replay(Chain chain, Frontend frontend, Client client) {
        List<Outcome> outcomes = outcomes(run(chain.hook, frontend, client, Watcher.NONE));
        List<Outcome> current = current(chain, frontend, client);
        return new Replay(frontend, chain.hook, client, outcomes, current.equals(outcomes) ? outcomes : current);
    }

    /** Each program's turn in that replay: run again, since of a large node's replays hardly any are told step by step. */
    public List<Step> steps(Replay replay) {
        Trace trace = new Trace();
        run(replay.hook(), replay.frontend(), replay.client(), trace);
        return trace.steps();
    }

    /**
     * What the application is told of its peer after such a connect, or of who answers such a datagram: at each reverse
     * hook that the sockets of that cgroup pass then. None where nothing is attached there, or nothing was translated.
     *
     * @param hooks of the node
     */
    public List<PeerName> peerNames(Replay replay, List<Hook> hooks, String cgroup) {
        List<Hook> reverse = Hooks.forCgroup(hooks, cgroup).stream()
                .filter(hook -> PeerNames.follows(
                        hook.attachType(),
                        replay.hook().attachType(),
                        replay.frontend().protocol()))
                .toList();
        if (reverse.isEmpty()) {
            return List.of();
        }
        List<Branch> branches = run(replay.hook(), replay.frontend(), replay.client(), Watcher.NONE);
        return PeerNames.of(branches, reverse, replay.frontend().protocol(), replay.client(), setting);
    }

    /** Is told of every way that is not refused yet. */
    interface Watcher {
        Watcher NONE = new Watcher() {};

        /** The program at its turn sees that way, and makes that of it. */
        default void sees(Branch branch, Translation.Result result) {}

        /** One of the ways that it has become. */
        default void leaves(Branch branch) {}

        /** It has seen all. */
        default void ends(HookProgram program) {}
    }

    private List<Branch> run(Hook hook, Frontend frontend, Client client, Watcher watcher) {
        List<Branch> branches = List.of(Branch.to(frontend.endpoint()));
        for (HookProgram program : hook.programs()) {
            branches = run(hook, program, branches, frontend.protocol(), client, watcher);
            watcher.ends(program);
        }
        return branches;
    }

    private List<Branch> run(
            Hook hook, HookProgram program, List<Branch> branches, Protocol protocol, Client client, Watcher watcher) {
        List<Branch> next = new ArrayList<>(branches.size());
        Translation.Setting watched = watcher == Watcher.NONE ? untold : setting;
        boolean untouched = true;
        for (Branch branch : branches) {
            if (branch.unknown().isPresent()) {
                next.add(branch);
                continue;
            }
            if (next.size() >= MAX_WAYS) {
                next.add(branch.lost("the connection can take more ways than are followed"));
                untouched = false;
                continue;
            }
            Translation.Socket socket = new Translation.Socket(protocol, client, branch.cookie(), watched);
            Translation.Result result = translate(program, branch.at(), hook.attachType(), socket);
            boolean open = branch.refusal().isEmpty();
            if (open) {
                watcher.sees(branch, result);
            }
            for (Translation.Choice choice : result.choices()) {
                if (branch.excludes(choice)) {
                    untouched = false;
                    continue;
                }
                Branch then = branch.then(choice);
                untouched &= branch.isLeftBy(choice);
                next.add(then);
                if (open) {
                    watcher.leaves(then);
                }
            }
        }
        return untouched && next.size() == branches.size() ? branches : Branch.merged(next);
    }

    private Translation.Result translate(HookProgram program, Endpoint at, AttachType type, Translation.Socket socket) {
        if (!program.listed()) {
            return only(
                    new Translation.Decision.Unknown("program " + program.programId() + " is in no list of programs"),
                    socket);
        }
        if (program.view().isEmpty()) {
            return only(
                    new Translation.Decision.Passes(), socket); // not ours: assumed to pass, and named in the report
        }
        return translate(program.view().get(), at, type, socket);
    }

    private static Translation.Result only(Translation.Decision effect, Translation.Socket socket) {
        return new Translation.Result(
                List.of(new Translation.Choice(effect, 1, List.of(), socket.cookie())), List.of(), List.of(), true);
    }

    private Translation.Result translate(View view, Endpoint at, AttachType type, Translation.Socket socket) {
        if (knowsNothingOf(view, at, type)) {
            return only(new Translation.Decision.FindsNothing(), socket);
        }
        Translation.Result result = translate(view, view.semantics(), at, type, socket);
        return result.alike() ? result : byRelease(view, at, type, socket);
    }

    /** Whether no release would find a service, whoever asks; connect6 has two maps for an IPv4 address. */
    private boolean knowsNothingOf(View view, Endpoint at, AttachType type) {
        Table<SortedMap<Frontend, Service>> services = view.services(Family.of(at.address()));
        if (!services.whole()
                || services.mapId().isEmpty()
                || (type == AttachType.CONNECT6 && at.address().isV4())) {
            return false;
        }
        KnownEndpoints endpoints = known.get(services.mapId().get());
        return endpoints != null && !endpoints.mayBeFound(at);
    }

    /** With each semantics that the program can have; where they lead to different ends, each end says which. */
    private Translation.Result byRelease(View view, Endpoint at, AttachType type, Translation.Socket socket) {
        record Found(List<Translation.Choice> choices, List<Semantics> releases) {}
        Map<List<Translation.Choice>, Found> byResult = new LinkedHashMap<>();
        Set<MapEntry> entries = new LinkedHashSet<>();
        Set<Citation> options = new LinkedHashSet<>();
        for (Semantics semantics : view.semantics()) {
            Translation.Result result = translate(view, List.of(semantics), at, type, socket);
            List<Translation.Choice> butForErrors = result.choices().stream()
                    .map(Translation.Choice::withoutErrors)
                    .toList();
            byResult.merge(
                    butForErrors,
                    new Found(result.choices(), List.of(semantics)),
                    (first, again) -> new Found(
                            Translation.Choice.withErrorsOf(first.choices, again.choices),
                            Stream.concat(first.releases.stream(), again.releases.stream())
                                    .toList()));
            entries.addAll(result.entries());
            options.addAll(result.options());
        }
        if (byResult.size() == 1) {
            List<Translation.Choice> choices =
                    byResult.values().iterator().next().choices();
            return new Translation.Result(choices, List.copyOf(entries), List.copyOf(options), false);
        }
        List<Translation.Choice> choices = new ArrayList<>();
        byResult.values().forEach(found -> {
            List<String> condition = List.of(Translation.isOf(view, found.releases));
            found.choices.forEach(choice -> choices.add(choice.given(condition)));
        });
        return new Translation.Result(choices, List.copyOf(entries), List.copyOf(options), false);
    }

    /**
     * connect6 looks an IPv4 destination up as the mapped address that it is first, and unwraps it where the IPv6 maps
     * have no service for that. They hardly ever have: what they do not tell is no reason for doubt.
     */
    private Translation.Result translate(
            View view, List<Semantics> releases, Endpoint at, AttachType type, Translation.Socket socket) {
        Translation.Result plain = Translation.of(view, releases, at, socket);
        if (type != AttachType.CONNECT6
                || !at.address().isV4()
                || view.servicesV6().content().isEmpty()) {
            return plain;
        }
        Translation.Result wrapped = Translation.of(view, releases, at.mapped(), socket);
        List<Translation.Choice> choices = new ArrayList<>();
        for (Translation.Choice choice : wrapped.choices()) {
            if (choice.effect() instanceof Translation.Decision.FindsNothing
                    || choice.effect() instanceof Translation.Decision.Unknown) {
                plain.choices().forEach(next -> choices.add(next.given(choice.conditions())));
            } else {
                choices.add(choice);
            }
        }
        List<MapEntry> entries = new ArrayList<>(wrapped.entries());
        entries.addAll(plain.entries());
        List<Citation> options = new ArrayList<>(wrapped.options());
        options.addAll(plain.options());
        return new Translation.Result(
                List.copyOf(choices), List.copyOf(entries), options, plain.alike() && wrapped.alike());
    }

    private static List<Outcome> outcomes(List<Branch> branches) {
        record Same(Disposition disposition, List<String> conditions) {
            @Override
            public int hashCode() {
                return disposition.hashCode();
            }

            @Override
            public boolean equals(Object other) {
                return other instanceof Same that
                        && disposition.equals(that.disposition)
                        && conditions.equals(that.conditions);
            }
        }
        if (Branch.leadApart(branches)) {
            List<Outcome> apart = new ArrayList<>(branches.size());
            for (Branch branch : branches) {
                apart.add(new Outcome(branch.disposition(), branch.share(), branch.conditions()));
            }
            return List.copyOf(apart);
        }
        Map<Same, Double> shares = new LinkedHashMap<>();
        for (Branch branch : branches) {
            shares.merge(new Same(branch.disposition(), branch.conditions()), branch.share(), Double::sum);
        }
        List<Outcome> outcomes = new ArrayList<>();
        for (Map.Entry<Same, Double> entry : shares.entrySet()) {
            Same same = entry.getKey();
            outcomes.add(new Outcome(same.disposition, entry.getValue(), same.conditions));
        }
        return List.copyOf(outcomes);
    }

    private List<Outcome> current(Chain chain, Frontend frontend, Client client) {
        Optional<View> view = chain.current(Family.of(frontend.endpoint().address()));
        if (view.isEmpty()) {
            return NO_CURRENT;
        }
        Branch start = Branch.to(frontend.endpoint());
        Translation.Socket socket = new Translation.Socket(frontend.protocol(), client, SocketCookie.UNKNOWN, untold);
        List<Branch> branches = new ArrayList<>();
        AttachType type = chain.hook.attachType();
        for (Translation.Choice choice :
                translate(view.get(), frontend.endpoint(), type, socket).choices()) {
            if (!start.excludes(choice)) {
                branches.add(start.then(choice));
            }
        }
        return outcomes(branches);
    }

    /** The program of the hook that reads the current generation, or else any program that does. */
    private Optional<View> currentView(Hook hook, Family family) {
        Stream<View> ofHook = hook.programs().stream().flatMap(program -> program.view().stream());
        return Stream.concat(ofHook, datapath.views().values().stream())
                .filter(view -> datapath.readsOnlyCurrent(view, family))
                .findFirst();
    }
}
