package io.ghostmap.replay;

import io.ghostmap.datapath.Family;
import io.ghostmap.datapath.ReverseSkEntry;
import io.ghostmap.datapath.Semantics;
import io.ghostmap.datapath.Table;
import io.ghostmap.datapath.View;
import io.ghostmap.evidence.AttachType;
import io.ghostmap.evidence.MapEntry;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.Protocol;
import io.ghostmap.replay.PeerName.Note;
import io.ghostmap.replay.PeerName.NoteState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/**
 * Runs getpeername and recvmsg through a reverse hook: each program looks the address that it sees up under the socket's
 * cookie in its own reverse_sk map, and exchanges it while the service of that note is still the same in its own services
 * map. The next program sees what the one before wrote ({@code __sock4_xlate_rev} in Cilium's {@code bpf/bpf_sock.c}).
 *
 * <p>A note is written by the chain that translated the socket, and by nothing else: no other socket has its cookie.
 */
final class PeerNames {
    private final Hook hook;
    private final Translation.Socket socket;
    private final List<PeerName.Turn> turns = new ArrayList<>();

    // of the program whose turn it is
    private final Set<Integer> maps = new LinkedHashSet<>();
    private final Set<Note> notes = new LinkedHashSet<>();
    private final Set<MapEntry> rows = new LinkedHashSet<>();

    private PeerNames(Hook hook, Translation.Socket socket) {
        this.hook = hook;
        this.socket = socket;
    }

    /**
     * Which reverse hooks a socket can pass after that forward one. A datagram from a socket of AF_INET6 to a mapped
     * address passes sendmsg4, and its answer nevertheless recvmsg6, since that goes by the socket ({@code
     * udpv6_recvmsg} in net/ipv6/udp.c); getpeername is for sockets that are connected.
     */
    static boolean follows(AttachType reverse, AttachType forward, Protocol protocol) {
        boolean datagrams = protocol != Protocol.TCP;
        return switch (reverse) {
            case GETPEERNAME4 -> forward == AttachType.CONNECT4;
            case GETPEERNAME6 -> forward == AttachType.CONNECT6;
            case RECVMSG4 -> datagrams && (forward == AttachType.CONNECT4 || forward == AttachType.SENDMSG4);
            case RECVMSG6 -> datagrams && forward != AttachType.CONNECT4;
            default -> false;
        };
    }

    /** Of each hook whose sockets were translated at all. */
    static List<PeerName> of(
            List<Branch> branches, List<Hook> hooks, Protocol protocol, Client client, Translation.Setting setting) {
        List<Branch> connected = branches.stream()
                .filter(branch -> branch.refusal().isEmpty() || branch.unknown().isPresent())
                .toList();
        if (connected.stream().allMatch(branch -> branch.rewrites().isEmpty())) {
            return List.of();
        }
        Translation.Socket socket = new Translation.Socket(protocol, client, SocketCookie.UNKNOWN, setting);
        return hooks.stream()
                .map(hook -> new PeerNames(hook, socket).of(connected))
                .toList();
    }

    /**
     * A socket on its way back through the chain.
     *
     * @param name what the next program sees
     * @param notes that are left, the later ones of one key alone
     */
    private record Asking(
            Disposition end,
            Endpoint name,
            double share,
            List<String> conditions,
            Optional<String> unknown,
            List<Rewrite> notes) {

        static Asking of(Branch branch) {
            record Key(Optional<Integer> map, Endpoint backend) {}
            Map<Key, Rewrite> last = new LinkedHashMap<>();
            branch.rewrites().forEach(note -> last.put(new Key(note.reverseSkMap(), note.backend()), note));
            return new Asking(
                    branch.disposition(),
                    branch.at().unmapped(),
                    branch.share(),
                    branch.conditions(),
                    branch.unknown(),
                    List.copyOf(last.values()));
        }

        Asking told(Endpoint other) {
            return new Asking(end, other.unmapped(), share, conditions, unknown, notes);
        }

        Asking without(Rewrite note) {
            List<Rewrite> left =
                    notes.stream().filter(other -> !other.equals(note)).toList();
            return new Asking(end, name, share, conditions, unknown, left);
        }

        Asking lost(String why) {
            return new Asking(end, name, share, conditions, Optional.of(why), notes);
        }

        /** Empty where the conditions contradict what is taken for given already. */
        Optional<Asking> given(double part, List<String> more) {
            Set<String> all = new LinkedHashSet<>(conditions);
            all.addAll(more);
            return Translation.contradict(all)
                    ? Optional.empty()
                    : Optional.of(new Asking(end, name, share * part, List.copyOf(all), unknown, notes));
        }

        Disposition answer() {
            return unknown.<Disposition>map(Disposition.Unknown::new).orElseGet(() -> new Disposition.Connects(name));
        }
    }

    private PeerName of(List<Branch> branches) {
        List<Asking> asking = branches.stream().map(Asking::of).toList();
        for (HookProgram program : hook.programs()) {
            asking = run(program, asking);
        }
        List<PeerName.Told> told = merged(asking).stream()
                .map(one -> new PeerName.Told(one.end, one.answer(), one.share, one.conditions))
                .toList();
        return new PeerName(hook, List.copyOf(turns), told);
    }

    private List<Asking> run(HookProgram program, List<Asking> asking) {
        maps.clear();
        notes.clear();
        rows.clear();
        Set<Endpoint> before = new LinkedHashSet<>();
        Set<Disposition> after = new LinkedHashSet<>();
        List<Asking> next = new ArrayList<>();
        for (Asking one : asking) {
            if (one.unknown.isPresent()) {
                next.add(one);
                continue;
            }
            before.add(one.name);
            List<Asking> then = run(program, one);
            then.forEach(each -> after.add(each.answer()));
            next.addAll(then);
        }
        turns.add(new PeerName.Turn(
                program,
                List.copyOf(maps),
                List.copyOf(before),
                List.copyOf(after),
                List.copyOf(notes),
                List.copyOf(rows)));
        return next;
    }

    private List<Asking> run(HookProgram program, Asking one) {
        if (!program.listed()) {
            return List.of(one.lost("program " + program.programId() + " is in no list of programs"));
        }
        if (program.view().isEmpty()) {
            return List.of(one); // not ours: assumed to pass, and named in the report
        }
        View view = program.view().get();
        boolean wide = hook.attachType() == AttachType.GETPEERNAME6 || hook.attachType() == AttachType.RECVMSG6;
        List<Asking> open = List.of(one);
        List<Asking> done = new ArrayList<>();
        for (Family family : familiesOf(one.name, wide)) { // sock6 unwraps a mapped name that IPv6 has no note of
            List<Asking> left = new ArrayList<>();
            for (Asking each : open) {
                for (Recalled recalled : recall(view, family, each)) {
                    (recalled.settled ? done : left).add(recalled.asking);
                }
            }
            open = left;
        }
        done.addAll(open);
        return List.copyOf(done);
    }

    private static List<Family> familiesOf(Endpoint name, boolean wide) {
        if (!name.address().isV4()) {
            return List.of(Family.IPV6);
        }
        return wide ? List.of(Family.IPV6, Family.IPV4) : List.of(Family.IPV4);
    }

    /** A way that this family's maps lead to; {@code settled} where nothing more is looked up. */
    private record Recalled(Asking asking, boolean settled) {}

    private List<Recalled> recall(View view, Family family, Asking one) {
        Table<SortedMap<Endpoint, List<ReverseSkEntry>>> table =
                view.tables(family).reverseSk();
        table.mapId().ifPresent(maps::add);
        List<Rewrite> ofName = one.notes.stream()
                .filter(note -> note.backend().unmapped().equals(one.name))
                .filter(note -> Family.of(note.backend().address()) == family)
                .toList();
        if (ofName.isEmpty() || (table.mapId().isEmpty() && table.doubt().isEmpty())) {
            return List.of(new Recalled(one, false));
        }
        if (table.doubt().isPresent()) {
            return List.of(new Recalled(one.lost(table.doubt().get()), true));
        }
        Optional<Rewrite> own = ofName.stream()
                .filter(note -> note.reverseSkMap().equals(table.mapId()))
                .findFirst();
        if (own.isPresent()) {
            return compare(view, table.mapId().orElseThrow(), own.get(), one);
        }
        return ofName.stream()
                .filter(note -> note.reverseSkMap().isEmpty())
                .findFirst()
                .map(note -> one.lost("where program " + note.program() + " notes its sockets is not known"))
                .map(lost -> List.of(new Recalled(lost, true)))
                .orElse(List.of(new Recalled(one, false)));
    }

    /** With each semantics that the program can have; where they lead to different names, each says which. */
    private List<Recalled> compare(View view, int mapId, Rewrite note, Asking one) {
        record Found(List<Translation.Choice> choices, List<Semantics> releases) {}
        Map<List<Translation.Choice>, Found> byResult = new LinkedHashMap<>();
        for (Semantics semantics : view.semantics()) {
            Translation.Result result = Translation.stillServed(view, List.of(semantics), note, socket);
            rows.addAll(result.entries());
            byResult.merge(
                    result.choices(),
                    new Found(result.choices(), List.of(semantics)),
                    (first, again) -> new Found(first.choices, both(first.releases, again.releases)));
        }
        List<Recalled> recalled = new ArrayList<>();
        for (Found found : byResult.values()) {
            List<String> releases = byResult.size() == 1 ? List.of() : List.of(Translation.isOf(view, found.releases));
            for (Translation.Choice choice : found.choices) {
                one.given(choice.share(), both(releases, choice.conditions()))
                        .ifPresent(given -> recalled.add(become(given, choice.effect(), mapId, note)));
            }
        }
        return List.copyOf(recalled);
    }

    private Recalled become(Asking one, Translation.Decision effect, int mapId, Rewrite note) {
        NoteState outcome;
        Recalled recalled;
        if (effect instanceof Translation.Decision.Passes) {
            outcome = NoteState.COUNTS;
            recalled = new Recalled(one.told(note.asked()), true);
        } else if (effect instanceof Translation.Decision.Unknown unknown) {
            outcome = NoteState.OPEN;
            recalled = new Recalled(one.lost(unknown.reason()), true);
        } else {
            outcome = NoteState.FORGOTTEN; // and sock6 unwraps a name that it had no note of, but not this one
            recalled = new Recalled(one.without(note), Family.of(note.backend().address()) == Family.IPV6);
        }
        notes.add(new Note(mapId, note.program(), note.backend(), note.asked(), note.revNatId(), outcome));
        return recalled;
    }

    private static <T> List<T> both(List<T> first, List<T> again) {
        List<T> all = new ArrayList<>(first);
        all.addAll(again);
        return List.copyOf(all);
    }

    /** Ways that nothing tells apart any more are one, with their shares added. */
    private static List<Asking> merged(List<Asking> asking) {
        record Same(Disposition end, Disposition answer, List<String> conditions) {}
        Map<Same, Asking> distinct = new LinkedHashMap<>();
        for (Asking one : asking) {
            distinct.merge(
                    new Same(one.end, one.answer(), one.conditions),
                    one,
                    (first, again) -> new Asking(
                            first.end,
                            first.name,
                            first.share + again.share,
                            first.conditions,
                            first.unknown,
                            first.notes));
        }
        return List.copyOf(distinct.values());
    }
}
