package io.ghostmap.datapath.cilium;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Family;
import io.ghostmap.datapath.FamilyTables;
import io.ghostmap.datapath.Service;
import io.ghostmap.datapath.Table;
import io.ghostmap.datapath.View;
import io.ghostmap.datapath.program.Answer;
import io.ghostmap.datapath.program.Choice;
import io.ghostmap.datapath.program.Condition;
import io.ghostmap.datapath.program.Conditions;
import io.ghostmap.datapath.program.Decision;
import io.ghostmap.datapath.program.Question;
import io.ghostmap.datapath.program.Rewrite;
import io.ghostmap.datapath.program.SocketCookie;
import io.ghostmap.evidence.AgentOptions;
import io.ghostmap.evidence.AgentOptions.Option;
import io.ghostmap.evidence.MapDump;
import io.ghostmap.evidence.MapEntry;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.IpAddress;
import io.ghostmap.net.Protocol;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * One look of a program at one address, with the semantics of the releases that it can be of: what it asks, and how it
 * can end. Where a step asks for something that the evidence leaves open, both ways are followed, each under its condition.
 */
final class Inquiry {
    /** Entries that are cited: the frontend, and slot and backend of the first sixteen choices. */
    private static final int MAX_ENTRIES = 1 + 2 * 16;

    private static final Decision PASSES = new Decision.Passes();

    final View view;
    final FamilyTables tables;
    final Family family;
    final Endpoint destination;
    final Protocol protocol;
    final SocketCookie cookie;
    final Setting setting;
    final OwnTables own;

    private final List<Semantics> releases;
    private final boolean citing;
    private final List<Choice> choices = new ArrayList<>();
    private final List<Choice> misses = new ArrayList<>(1);
    private final List<MapEntry> entries = new ArrayList<>();
    private final List<Citation> options = new ArrayList<>();
    private boolean alike = true;

    /**
     * What the node is like, as far as its program asks.
     *
     * @param clock when its maps were dumped
     * @param options of the agent that runs now
     * @param ofAgent whether the program is this agent's: it was built with these options
     */
    record Setting(Clock clock, AgentOptions options, boolean ofAgent) {}

    /**
     * All ways to end, in the order in which they were found.
     *
     * @param misses where the program knows no such service: the address passes, or is looked up again as what it maps to
     * @param alike whether all the releases that were asked about do the same; otherwise it is the first that does this
     */
    record Result(
            List<Choice> choices, List<Choice> misses, List<MapEntry> entries, List<Citation> options, boolean alike) {
        Answer answer() {
            return new Answer(all(), entries, options);
        }

        Result alikeIf(boolean other) {
            return alike && !other ? new Result(choices, misses, entries, options, false) : this;
        }

        List<Choice> all() {
            if (misses.isEmpty()) {
                return choices;
            }
            List<Choice> all = new ArrayList<>(choices);
            all.addAll(misses);
            return all;
        }
    }

    /** {@code releases}: of which the program can be; at least one. */
    Inquiry(
            View view,
            List<Semantics> releases,
            Endpoint destination,
            Question question,
            Setting setting,
            OwnTables own) {
        this.view = view;
        this.releases = releases;
        this.destination = destination;
        this.protocol = question.protocol();
        this.cookie = question.cookie();
        this.citing = question.citing();
        this.setting = setting;
        this.own = own;
        this.family = Family.of(destination.address());
        this.tables = view.tables(family);
    }

    Result result() {
        return new Result(List.copyOf(choices), List.copyOf(misses), List.copyOf(entries), List.copyOf(options), alike);
    }

    int program() {
        return view.program().id();
    }

    // ---- what it asks ---------------------------------------------------------------------------------

    /** What the first release says, with a note where another would say something else. */
    <T> T ask(Function<Semantics, T> question) {
        T answer = question.apply(releases.get(0));
        for (int i = 1; alike && i < releases.size(); i++) {
            alike = answer.equals(question.apply(releases.get(i)));
        }
        return answer;
    }

    boolean has(Trait trait) {
        boolean answer = releases.get(0).has(trait);
        for (int i = 1; alike && i < releases.size(); i++) {
            alike = releases.get(i).has(trait) == answer;
        }
        return answer;
    }

    /** Whether the entry is marked with that flag, for releases that know it. */
    boolean marked(Service service, ServiceFlag flag) {
        return ServiceMarks.of(service).has(flag) && ask(release -> release.knows(flag));
    }

    /** Whether all the releases would say so; that some would not is not noted. */
    boolean allSay(Function<Semantics, Boolean> question) {
        for (Semantics release : releases) {
            if (!question.apply(release)) {
                return false;
            }
        }
        return true;
    }

    /** Whether a program can have been built with it: it is set, or it is not known whether it is. */
    boolean canBeSet(boolean set, Option option) {
        return set || !setting.options().isKnown(option);
    }

    /**
     * An option of the agent as it runs now: its own programs were built with it. Whether those of an earlier agent were is
     * not known: if it is set, both ways are followed for them. So they are for all if the bundle does not say how the agent
     * has it.
     */
    void byOption(
            boolean set, Option option, Conditions given, Consumer<Conditions> with, Consumer<Conditions> without) {
        if (!setting.options().isKnown(option)) {
            given.split(new Condition.BuiltWith(program(), option.flag(), false), with, without);
            return;
        }
        if (!set) {
            without.accept(given);
            return;
        }
        options.addAll(setting.options().stated().getOrDefault(option, List.of()));
        if (setting.ofAgent()) {
            with.accept(given);
        } else {
            given.split(new Condition.BuiltWith(program(), option.flag(), true), with, without);
        }
    }

    /** Both ways for services of a proxy: built with it, and without. */
    void byProxy(Conditions given, Consumer<Conditions> then) {
        boolean none = setting.options().noProxy();
        if (canBeSet(none, Option.NO_PROXY) && own.hasProxied(tables.services())) {
            byOption(none, Option.NO_PROXY, given, then, then);
        } else {
            then.accept(given);
        }
    }

    /** What {@link #byProxy} has settled. */
    boolean knowsProxies(Conditions given) {
        boolean known = setting.options().isKnown(Option.NO_PROXY);
        boolean certainlyNot = known && setting.options().noProxy() && setting.ofAgent();
        Condition without = new Condition.BuiltWith(program(), Option.NO_PROXY.flag(), known);
        return !certainlyNot && given.admits(without.complement());
    }

    /** A program that cannot ask for the client's network namespace takes every client for one on the host. */
    void onHost(Conditions given, Consumer<Conditions> host, Consumer<Conditions> pod) {
        if (has(Trait.ASKS_FOR_NAMESPACE)) {
            given.split(new Condition.ClientOnHost(), host, pod);
        } else {
            host.accept(given);
        }
    }

    /** Whose address it is. */
    enum Owner {
        THIS_NODE,
        ANOTHER_NODE,
        NO_NODE,
        UNKNOWN
    }

    /** Whose address the destination is, by the program's own ipcache. */
    Owner owner() {
        Table<IpCacheTable> cache = own.ipCache(view);
        if (cache.content().isEmpty()) {
            // A program that knows no ipcache cannot ask it; one whose ipcache was not dumped can.
            return cache.mapId().isPresent() || cache.doubt().isPresent() ? unread() : Owner.NO_NODE;
        }
        Optional<IpCacheTable.Entry> entry = cache.content().get().lookup(destination.address());
        // In a part of the prefixes, only one that is the address itself is surely the longest.
        if (!cache.whole() && entry.filter(IpCacheTable.Entry::isWholeAddress).isEmpty()) {
            return unread();
        }
        entry.ifPresent(found -> cite(found.entry()));
        if (entry.isEmpty()) {
            return Owner.NO_NODE;
        }
        if (entry.get().isHost()) {
            return Owner.THIS_NODE;
        }
        boolean remote = entry.get().isRemoteNode(this::has)
                && (!entry.get().remoteCluster() || has(Trait.NODES_OF_OTHER_CLUSTERS));
        return remote ? Owner.ANOTHER_NODE : Owner.NO_NODE;
    }

    /** No agent writes an IPv4 address into its ipcache as the mapped one that connect6 asks for first. */
    private Owner unread() {
        return destination.unmapped().equals(destination) ? Owner.UNKNOWN : Owner.NO_NODE;
    }

    // ---- how it ends ----------------------------------------------------------------------------------

    void miss(Conditions given) {
        misses.add(new Choice(PASSES, 1, given, cookie));
    }

    void pass(Conditions given) {
        pass(1, given, cookie);
    }

    void pass(double share, Conditions given, SocketCookie chosen) {
        end(PASSES, share, given, chosen);
    }

    void unknown(Text why, Conditions given) {
        end(new Decision.Unknown(why), 1, given, cookie);
    }

    void rewrite(Service service, Endpoint backend, double share, Conditions given, SocketCookie chosen) {
        boolean noted = protocol != Protocol.TCP || has(Trait.NOTES_STREAMS);
        Endpoint asked = has(Trait.NOTES_WHAT_WAS_ASKED)
                ? destination
                : service.frontend().endpoint();
        Rewrite rewrite = new Rewrite(program(), noted, tables.reverseSk().mapId(), backend, asked, service.revNatId());
        end(new Decision.Rewrites(rewrite), share, given, chosen);
    }

    /** The connection has no backend. */
    void deadEnd(Text why, double share, Conditions given, SocketCookie chosen) {
        Decision decision = ask(release ->
                release.has(Trait.REFUSES_DEAD_ENDS) ? new Decision.Refuses(why, List.of(release.error())) : PASSES);
        end(decision, share, given, chosen);
    }

    /** According to the dump of the table, the connection has no backend. */
    void missing(Table<?> table, Text what, double share, Conditions given, SocketCookie chosen) {
        if (table.whole()) {
            deadEnd(what, share, given, chosen);
        } else {
            unknown(what.then(" from a damaged dump"), given);
        }
    }

    private void end(Decision decision, double share, Conditions given, SocketCookie chosen) {
        choices.add(new Choice(decision, share, given, chosen));
    }

    void cite(MapEntry entry) {
        cite(entry.dump(), entry.row());
    }

    void cite(MapDump dump, int row) {
        if (citing && entries.size() < MAX_ENTRIES) {
            entries.add(new MapEntry(dump, row));
        }
    }

    static IpAddress unspecified(Family family) {
        return IpAddress.of(new byte[family.addressBytes()], 0, family.addressBytes());
    }

    static IpAddress loopback(Family family) {
        byte[] bytes = new byte[family.addressBytes()];
        bytes[bytes.length - 1] = 1;
        if (family == Family.IPV4) {
            bytes[0] = 127;
        }
        return IpAddress.of(bytes, 0, bytes.length);
    }
}
