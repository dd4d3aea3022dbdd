package io.ghostmap.replay;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Datapath;
import io.ghostmap.datapath.Family;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.datapath.View;
import io.ghostmap.evidence.AttachType;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.Protocol;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The door of the room: runs connects through hooks. */
public final class Replayer {
    private final Datapath datapath;

    public Replayer(Datapath datapath) {
        this.datapath = datapath;
    }

    /** A connect, or a datagram, to the frontend at each hook that handles its family and protocol. */
    public List<Replay> replay(List<Hook> hooks, Frontend frontend) {
        return hooks.stream()
                .filter(hook -> handles(hook.attachType(), frontend))
                .map(hook -> replay(hook, frontend))
                .toList();
    }

    /** Every frontend that any of the hooks' programs or the current generation knows, at each hook that handles it. */
    public List<Replay> replayAll(List<Hook> hooks) {
        Set<Frontend> frontends = new TreeSet<>();
        for (View view : datapath.views().values()) {
            view.servicesV4().content().ifPresent(table -> frontends.addAll(table.keySet()));
            view.servicesV6().content().ifPresent(table -> frontends.addAll(table.keySet()));
        }
        return frontends.stream()
                .filter(Replayer::isClientTarget)
                .flatMap(frontend -> replay(hooks, frontend).stream())
                .toList();
    }

    /** Surrogate entries (address 0) and drop entries (port 0) are not what a client connects to. */
    private static boolean isClientTarget(Frontend frontend) {
        return !frontend.internalScope()
                && !frontend.endpoint().address().isUnspecified()
                && frontend.endpoint().port() != 0;
    }

    /**
     * The IPv6 hooks also see IPv4 destinations, as mapped addresses of AF_INET6 sockets, and look them up in the IPv4
     * maps; connect() is translated for datagram sockets as well.
     */
    private static boolean handles(AttachType type, Frontend frontend) {
        boolean v4 = frontend.endpoint().address().isV4();
        boolean datagrams = frontend.protocol() == Protocol.UDP;
        return switch (type) {
            case CONNECT4 -> v4;
            case CONNECT6 -> true;
            case SENDMSG4 -> v4 && datagrams;
            case SENDMSG6 -> datagrams;
            default -> false;
        };
    }

    private Replay replay(Hook hook, Frontend frontend) {
        List<Fate> fates = List.of(new Fate.Connects(frontend.endpoint()));
        List<Step> steps = new ArrayList<>();
        for (HookProgram program : hook.programs()) {
            Step step = run(program, fates, frontend.protocol());
            steps.add(step);
            fates = merge(fates, step.after());
        }
        return new Replay(frontend, hook, List.copyOf(steps), fates, expected(hook, frontend));
    }

    /** What is final stays; what still connects becomes what the program made of it. */
    private static List<Fate> merge(List<Fate> before, List<Fate> after) {
        Set<Fate> merged = new LinkedHashSet<>();
        before.stream().filter(fate -> !(fate instanceof Fate.Connects)).forEach(merged::add);
        merged.addAll(after);
        return List.copyOf(merged);
    }

    private static Step run(HookProgram program, List<Fate> fates, Protocol protocol) {
        List<Endpoint> before = new ArrayList<>();
        for (Fate fate : fates) {
            if (fate instanceof Fate.Connects connects) {
                before.add(connects.endpoint());
            }
        }
        Set<Fate> after = new LinkedHashSet<>();
        List<Citation> entries = new ArrayList<>();
        for (Endpoint destination : before) {
            if (!program.listed()) {
                after.add(new Fate.Unknown("program " + program.programId() + " is in no list of programs"));
                continue;
            }
            if (program.view().isEmpty()) {
                after.add(new Fate.Connects(destination)); // not ours: assumed to pass, and named in the report
                continue;
            }
            Translation.Result result = Translation.of(program.view().get(), destination, protocol);
            after.addAll(result.fates());
            entries.addAll(result.entries());
        }
        return new Step(
                program,
                program.view().flatMap(view -> servicesMap(view, before)),
                List.copyOf(before),
                List.copyOf(after),
                List.copyOf(entries));
    }

    private static Optional<Integer> servicesMap(View view, List<Endpoint> before) {
        boolean v4 = before.isEmpty() || before.get(0).address().isV4();
        return (v4 ? view.servicesV4() : view.servicesV6()).mapId();
    }

    private List<Fate> expected(Hook hook, Frontend frontend) {
        return currentView(hook, Family.of(frontend.endpoint().address()))
                .map(view -> Translation.of(view, frontend.endpoint(), frontend.protocol())
                        .fates())
                .orElse(List.of(new Fate.Unknown("no program that reads only the current generation was captured")));
    }

    /** The program of the hook that reads the current generation, or else any program that does. */
    private Optional<View> currentView(Hook hook, Family family) {
        Stream<View> ofHook = hook.programs().stream().flatMap(program -> program.view().stream());
        return Stream.concat(ofHook, datapath.views().values().stream())
                .filter(view -> datapath.readsOnlyCurrent(view, family))
                .findFirst();
    }
}
