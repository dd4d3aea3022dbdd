package io.ghostmap.replay;

import io.ghostmap.datapath.Datapath;
import io.ghostmap.datapath.Family;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.datapath.OrderedTable;
import io.ghostmap.datapath.Service;
import io.ghostmap.datapath.View;
import io.ghostmap.datapath.program.Answer;
import io.ghostmap.datapath.program.Conditions;
import io.ghostmap.datapath.program.Question;
import io.ghostmap.datapath.program.SocketProgram;
import io.ghostmap.evidence.AttachType;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.Protocol;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Stream;

/** The entry point of the package: runs connects through hooks. */
public final class Replayer {
    /** Paths of one connection through one chain. A node has a handful of them, but a malicious bundle can have any number. */
    private static final int MAX_WAYS = 4_096;

    private static final List<Outcome> NO_CURRENT = List.of(new Outcome(
            new Disposition.Unknown(Text.of("no program that reads only the current generation was captured")),
            1,
            Conditions.NONE));

    private final Datapath datapath;

    public Replayer(Datapath datapath) {
        this.datapath = datapath;
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

    /** A hook, and the programs that show what the current generation alone would do there. */
    private record Chain(Hook hook, Optional<View> currentV4, Optional<View> currentV6) {
        Optional<View> current(Family family) {
            return family == Family.IPV4 ? currentV4 : currentV6;
        }
    }

    private Chain chainOf(Hook hook) {
        return new Chain(hook, currentView(hook, Family.IPV4), currentView(hook, Family.IPV6));
    }

    /** Every frontend that any of the hooks' programs or the current generation has, at each hook that handles it. */
    public List<Replay> replayAll(List<Hook> hooks) {
        List<SortedMap<Frontend, Service>> tables = datapath.views().values().stream()
                .flatMap(view -> Stream.of(view.servicesV4(), view.servicesV6()))
                .flatMap(table -> table.content().stream())
                .toList();
        List<Frontend> frontends = OrderedTable.keysOf(tables);
        Set<Frontend> known = new HashSet<>(frontends);
        List<Chain> chains = hooks.stream().map(this::chainOf).toList();
        return frontends.parallelStream() // each replay is independent of the others; their order stays
                .filter(Replayer::isClientTarget)
                .flatMap(frontend -> frontend.protocol() == Protocol.ANY
                        ? replayAny(chains, frontend.endpoint(), known)
                        : replayAt(chains, frontend).stream())
                .toList();
    }

    /**
     * An entry can be for every protocol. If no other entry of the address has a protocol, TCP is replayed at the hooks of
     * connect, and UDP at those that only datagrams pass.
     */
    private Stream<Replay> replayAny(List<Chain> chains, Endpoint endpoint, Set<Frontend> all) {
        Frontend stream = Frontend.external(endpoint, Protocol.TCP);
        Frontend datagram = Frontend.external(endpoint, Protocol.UDP);
        List<Replay> replays = new ArrayList<>();
        if (!all.contains(stream)) {
            replays.addAll(replayAt(chains, stream));
        }
        if (all.contains(datagram)) {
            return replays.stream();
        }
        List<Chain> unconnected = chains.stream()
                .filter(chain -> !handles(chain.hook.attachType(), stream))
                .toList();
        replays.addAll(replayAt(unconnected, datagram));
        return replays.stream();
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
     * connect() is translated for datagram sockets as well; SCTP is translated by the programs at devices.
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

    /** Replays one connect, or one datagram, of that client. */
    public Replay replay(Hook hook, Frontend frontend, Client client) {
        return replay(chainOf(hook), frontend, client);
    }

    private Replay replay(Chain chain, Frontend frontend, Client client) {
        List<Outcome> outcomes = outcomes(run(chain.hook, frontend, client, Watcher.NONE));
        List<Outcome> current = current(chain, frontend, client);
        return new Replay(frontend, chain.hook, client, outcomes, current.equals(outcomes) ? outcomes : current);
    }

    /** Each program's turn in that replay. It is run again: hardly any of a large node's replays are shown step by step. */
    public List<Step> steps(Replay replay) {
        Trace trace = new Trace();
        run(replay.hook(), replay.frontend(), replay.client(), trace);
        return trace.steps();
    }

    /**
     * What the application sees as its peer after such a connect, or as the sender of the answer to such a datagram, at each
     * reverse hook that the sockets of that cgroup pass then. Empty if nothing is attached there, or nothing was translated.
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
        return PeerNames.of(branches, reverse, replay.frontend().protocol(), this::programOf);
    }

    /** Follows every path that is not refused yet. */
    interface Watcher {
        Watcher NONE = new Watcher() {};

        /** The program whose turn it is sees that branch, and gives that answer. */
        default void sees(Branch branch, Answer answer) {}

        /** One of the branches that result. */
        default void leaves(Branch branch) {}

        /** It has seen all. */
        default void ends(HookProgram program) {}
    }

    private List<Branch> run(Hook hook, Frontend frontend, Client client, Watcher watcher) {
        List<Branch> branches = List.of(Branch.to(frontend.endpoint(), client.known()));
        for (HookProgram program : hook.programs()) {
            branches = run(hook, program, branches, frontend.protocol(), watcher);
            watcher.ends(program);
        }
        return asSent(hook.attachType(), branches);
    }

    private static List<Branch> asSent(AttachType hook, List<Branch> branches) {
        return (hook == AttachType.SENDMSG4 || hook == AttachType.SENDMSG6)
                        && branches.stream().anyMatch(branch -> branch.at().port() == 0)
                ? branches.stream().map(Branch::unlessSentNowhere).toList()
                : branches;
    }

    private List<Branch> run(
            Hook hook, HookProgram program, List<Branch> branches, Protocol protocol, Watcher watcher) {
        List<Branch> next = new ArrayList<>(branches.size());
        boolean untouched = true;
        for (Branch branch : branches) {
            if (branch.unknown().isPresent()) {
                next.add(branch);
                continue;
            }
            if (next.size() >= MAX_WAYS) {
                next.add(branch.lost(Text.of("the connection can take more paths than are followed")));
                untouched = false;
                continue;
            }
            Answer answer = ask(
                    program,
                    new Question(
                            hook.attachType(),
                            branch.at(),
                            protocol,
                            branch.given(),
                            branch.cookie(),
                            watcher != Watcher.NONE));
            boolean open = branch.refusal().isEmpty();
            if (open) {
                watcher.sees(branch, answer);
            }
            List<Branch> then = branch.then(answer);
            untouched &= branch.isLeftBy(answer);
            next.addAll(then);
            if (open) {
                then.forEach(watcher::leaves);
            }
        }
        return untouched ? branches : Branch.merged(next);
    }

    private Answer ask(HookProgram program, Question question) {
        if (!program.listed()) {
            return Answer.unknown(
                    question, Text.of("program {} is in no list of programs", Term.program(program.programId())));
        }
        Optional<SocketProgram> known = programOf(program);
        return known.isPresent()
                ? known.get().translate(question)
                : Answer.PASSES; // not ours: assumed to pass the address unchanged, and listed in the report
    }

    private Optional<SocketProgram> programOf(HookProgram program) {
        return program.view().isEmpty()
                ? Optional.empty()
                : Optional.ofNullable(datapath.programs().get(program.programId()));
    }

    private static List<Outcome> outcomes(List<Branch> branches) {
        record Same(Disposition disposition, Conditions given) {
            @Override
            public int hashCode() {
                return disposition.hashCode();
            }

            @Override
            public boolean equals(Object other) {
                return other instanceof Same that && disposition.equals(that.disposition) && given.equals(that.given);
            }
        }
        if (Branch.leadApart(branches)) {
            List<Outcome> apart = new ArrayList<>(branches.size());
            for (Branch branch : branches) {
                apart.add(new Outcome(branch.disposition(), branch.share(), branch.given()));
            }
            return List.copyOf(apart);
        }
        Map<Same, Double> shares = new LinkedHashMap<>();
        for (Branch branch : branches) {
            shares.merge(new Same(branch.disposition(), branch.given()), branch.share(), Double::sum);
        }
        List<Outcome> outcomes = new ArrayList<>();
        for (Map.Entry<Same, Double> entry : shares.entrySet()) {
            Same same = entry.getKey();
            outcomes.add(new Outcome(same.disposition, entry.getValue(), same.given));
        }
        return List.copyOf(outcomes);
    }

    private List<Outcome> current(Chain chain, Frontend frontend, Client client) {
        Optional<View> view = chain.current(Family.of(frontend.endpoint().address()));
        if (view.isEmpty()) {
            return NO_CURRENT;
        }
        SocketProgram program = Objects.requireNonNull(
                datapath.programs().get(view.get().program().id()));
        Branch start = Branch.to(frontend.endpoint(), client.known());
        Question question = new Question(
                chain.hook.attachType(), start.at(), frontend.protocol(), start.given(), start.cookie(), false);
        return outcomes(asSent(chain.hook.attachType(), start.then(program.translate(question))));
    }

    /** The program of the hook that shows what the current generation does, otherwise any program that does. */
    private Optional<View> currentView(Hook hook, Family family) {
        Stream<View> ofHook = hook.programs().stream().flatMap(program -> program.view().stream());
        return Stream.concat(ofHook, datapath.views().values().stream())
                .filter(view -> datapath.isYardstick(view, family))
                .findFirst();
    }
}
