package io.ghostmap.replay;

import io.ghostmap.datapath.program.Conditions;
import io.ghostmap.datapath.program.Naming;
import io.ghostmap.datapath.program.Note;
import io.ghostmap.datapath.program.Question;
import io.ghostmap.datapath.program.Rewrite;
import io.ghostmap.datapath.program.SocketCookie;
import io.ghostmap.datapath.program.SocketProgram;
import io.ghostmap.evidence.AttachType;
import io.ghostmap.evidence.MapEntry;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.Protocol;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Runs getpeername and recvmsg through a reverse hook: each program can exchange the name that it sees for the one that was
 * noted when the socket was translated, and the next program sees what the one before wrote.
 *
 * <p>Only the chain that translated the socket writes a note for it: no other socket has its cookie.
 */
final class PeerNames {
    private final Hook hook;
    private final Protocol protocol;
    private final Function<HookProgram, Optional<SocketProgram>> programs;
    private final List<PeerName.Turn> turns = new ArrayList<>();

    // of the program whose turn it is
    private final Set<Integer> maps = new LinkedHashSet<>();
    private final Set<Note> notes = new LinkedHashSet<>();
    private final Set<MapEntry> rows = new LinkedHashSet<>();

    private PeerNames(Hook hook, Protocol protocol, Function<HookProgram, Optional<SocketProgram>> programs) {
        this.hook = hook;
        this.protocol = protocol;
        this.programs = programs;
    }

    /**
     * Which reverse hooks a socket can pass after that forward one. A datagram from a socket of AF_INET6 to a mapped
     * address passes sendmsg4, but its answer passes recvmsg6, because that depends on the socket ({@code
     * udpv6_recvmsg} in net/ipv6/udp.c); getpeername is only for connected sockets.
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

    /** For each hook at which some sockets were translated. */
    static List<PeerName> of(
            List<Branch> branches,
            List<Hook> hooks,
            Protocol protocol,
            Function<HookProgram, Optional<SocketProgram>> programs) {
        List<Branch> connected = branches.stream()
                .filter(branch -> branch.refusal().isEmpty() || branch.unknown().isPresent())
                .toList();
        if (connected.stream().allMatch(branch -> branch.rewrites().isEmpty())) {
            return List.of();
        }
        return hooks.stream()
                .map(hook -> new PeerNames(hook, protocol, programs).of(connected))
                .toList();
    }

    /**
     * A socket on its way back through the chain.
     *
     * @param name what the next program sees
     * @param notes that are left: of one key, only the later one
     */
    private record Asking(
            Disposition end,
            Endpoint name,
            double share,
            Conditions given,
            Optional<Text> unknown,
            List<Rewrite> notes) {

        static Asking of(Branch branch) {
            record Key(Optional<Integer> map, Endpoint backend) {}
            Map<Key, Rewrite> last = new LinkedHashMap<>();
            branch.rewrites().stream()
                    .filter(Rewrite::noted)
                    .forEach(note -> last.put(new Key(note.notedIn(), note.backend()), note));
            return new Asking(
                    branch.disposition(),
                    branch.at().unmapped(),
                    branch.share(),
                    branch.given(),
                    branch.unknown(),
                    List.copyOf(last.values()));
        }

        Asking then(Naming.Choice choice) {
            Endpoint next = choice.decision() instanceof Naming.Decision.Answers answer ? answer.name() : name;
            Optional<Text> why =
                    choice.decision() instanceof Naming.Decision.Unknown lost ? Optional.of(lost.reason()) : unknown;
            return new Asking(end, next, share, choice.given(), why, choice.left());
        }

        Asking lost(Text why) {
            return new Asking(end, name, share, given, Optional.of(why), notes);
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
        List<PeerName.Seen> seen = merged(asking).stream()
                .map(one -> new PeerName.Seen(one.end, one.answer(), one.share, one.given))
                .toList();
        return new PeerName(hook, List.copyOf(turns), seen);
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
            return List.of(
                    one.lost(Text.of("program {} is in no list of programs", Term.program(program.programId()))));
        }
        Optional<SocketProgram> known = programs.apply(program);
        if (known.isEmpty()) {
            return List.of(one); // not ours: assumed to pass the name unchanged, and listed in the report
        }
        Question question = new Question(hook.attachType(), one.name, protocol, one.given, SocketCookie.UNKNOWN, true);
        Naming naming = known.get().name(question, one.notes);
        maps.addAll(naming.maps());
        notes.addAll(naming.notes());
        rows.addAll(naming.entries());
        return naming.choices().stream().map(one::then).toList();
    }

    /** Merges sockets that no longer differ, and adds their shares. */
    private static List<Asking> merged(List<Asking> asking) {
        record Same(Disposition end, Disposition answer, Conditions given) {}
        Map<Same, Asking> distinct = new LinkedHashMap<>();
        for (Asking one : asking) {
            distinct.merge(
                    new Same(one.end, one.answer(), one.given),
                    one,
                    (first, again) -> new Asking(
                            first.end, first.name, first.share + again.share, first.given, first.unknown, first.notes));
        }
        return List.copyOf(distinct.values());
    }
}
