package io.ghostmap.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.bundle.Bundle;
import io.ghostmap.bundle.BundleReader;
import io.ghostmap.bundle.Limits;
import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.cli.GeneratedNode.Dial;
import io.ghostmap.cli.GeneratedNode.Dialed;
import io.ghostmap.datapath.Datapath;
import io.ghostmap.datapath.DatapathReader;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.datapath.program.Condition.SessionAlive;
import io.ghostmap.datapath.program.Errno;
import io.ghostmap.datapath.program.Note;
import io.ghostmap.evidence.AttachType;
import io.ghostmap.evidence.Evidence;
import io.ghostmap.evidence.EvidenceSink;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.Protocol;
import io.ghostmap.replay.Client;
import io.ghostmap.replay.Disposition;
import io.ghostmap.replay.Hook;
import io.ghostmap.replay.Hooks;
import io.ghostmap.replay.Outcome;
import io.ghostmap.replay.PeerName;
import io.ghostmap.replay.Replay;
import io.ghostmap.replay.Replayer;
import io.ghostmap.replay.Step;
import io.ghostmap.support.Needs;
import io.ghostmap.support.Shared;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * The oracle of this room: what the replay says of a captured node is what the kernel does on it. Maps and chains are
 * generated, the lab builds them, makes real connects, and the destination or the error of each is compared.
 */
@Order(1)
@ResourceLock(Shared.BPF)
final class LiveKernelTest {
    private static final int CHAINS = 72;
    private static final int LEAST_CHAINS = 60;
    private static final int LEAST_DIALS = 500;
    private static final int LEAST_DEMANDED = 2;

    /** An end that is likelier missed by chance than this is not demanded. */
    private static final double MAX_LUCK = 1e-9;

    private static final int LEAST_TRANSLATED_BACK = 25;
    private static final int LEAST_FORGOTTEN = 2;
    private static final int LEAST_SENDERS = 25;
    private static final int LEAST_YARDSTICKS = 100;
    private static final int LEAST_MAPPED = 10;
    private static final int LEAST_FOUND = 25;
    private static final int LEAST_SESSIONS = 3;
    private static final int LEAST_BINDING = 20;

    @TempDir
    private Path folder;

    /** The seed of every build. Others are for {@link #freshSeeds}. */
    private static final long SEED = 20_261_123;

    @Test
    void replayEqualsTheKernel() throws UnreadableBundleException {
        Needs.lab();
        replayEqualsTheKernel(Long.getLong("ghostmap.seed", SEED), folder);
    }

    /** {@code -Dghostmap.freshSeeds=6} makes up so many nodes that no build has seen, and prints the seed of each. */
    @Test
    @EnabledIfSystemProperty(named = "ghostmap.freshSeeds", matches = "[1-9]\\d?")
    void freshSeeds() throws UnreadableBundleException {
        Needs.lab();
        for (int i = 0; i < Integer.getInteger("ghostmap.freshSeeds"); i++) {
            replayEqualsTheKernel(System.nanoTime(), folder.resolve("fresh-" + i));
        }
    }

    private static void replayEqualsTheKernel(long seed, Path folder) throws UnreadableBundleException {
        System.out.println("LiveKernelTest: -Dghostmap.seed=" + seed);
        GeneratedNode node = new GeneratedNode(seed, CHAINS);
        GeneratedNode.Run run = node.run(folder);
        Comparison comparison = new Comparison(run);

        Map<String, List<Dial>> alike = new TreeMap<>();
        for (Dial dial : node.dials()) {
            alike.computeIfAbsent(
                            dial.cgroup() + " " + dial.kind() + " " + dial.to() + " " + dial.fromHost(),
                            key -> new ArrayList<>())
                    .add(dial);
        }
        alike.values().forEach(comparison::compare);
        comparison.compareYardsticks();

        assertThat(comparison.mismatches).as("seed %d", seed).isEmpty();
        assertThat(comparison.chains.size()).isGreaterThanOrEqualTo(LEAST_CHAINS);
        assertThat(comparison.dials).isGreaterThanOrEqualTo(LEAST_DIALS);
        assertThat(comparison.demanded).isGreaterThanOrEqualTo(LEAST_DEMANDED);
        assertThat(comparison.translatedBack).isGreaterThanOrEqualTo(LEAST_TRANSLATED_BACK);
        assertThat(comparison.forgotten).isGreaterThanOrEqualTo(LEAST_FORGOTTEN);
        assertThat(comparison.senders).isGreaterThanOrEqualTo(LEAST_SENDERS);
        assertThat(comparison.yardsticks).isGreaterThanOrEqualTo(LEAST_YARDSTICKS);
        assertThat(comparison.mapped).isGreaterThanOrEqualTo(LEAST_MAPPED);
        assertThat(comparison.found).isGreaterThanOrEqualTo(LEAST_FOUND);
        assertThat(comparison.sessions).isGreaterThanOrEqualTo(LEAST_SESSIONS);
        assertThat(comparison.binding).isGreaterThanOrEqualTo(LEAST_BINDING);
        System.out.println("LiveKernelTest: " + comparison);
    }

    /** Replays each dial on the captured state and holds it against what happened. */
    private static final class Comparison {
        private final GeneratedNode.Run run;
        private final List<Hook> hooks;
        private final Replayer replayer;
        private final List<String> mismatches = new ArrayList<>();
        private final Set<List<Integer>> chains = new LinkedHashSet<>();
        private int dials;
        private int demanded;
        private int translated;
        private int refused;
        private int open;
        private int named;
        private int translatedBack;
        private int askedAgain;
        private int openNames;
        private int forgotten;
        private int senders;
        private int yardsticks;
        private int mapped;
        private int found;
        private int sessions;
        private final int binding;
        private final Set<Frontend> frontends = new LinkedHashSet<>();
        private final Map<Asked, List<Replay>> asked = new HashMap<>();
        private final Map<Asked, Set<String>> should = new HashMap<>();
        private final List<Replay> all;

        /** What is asked for, wherever. */
        private record Asked(String kind, Endpoint to, boolean fromHost) {}

        Comparison(GeneratedNode.Run run) throws UnreadableBundleException {
            this.run = run;
            EvidenceSink sink = new EvidenceSink();
            Bundle bundle = new BundleReader(Limits.DEFAULT).read(run.bundle(), List.of(sink));
            Evidence evidence = sink.assemble(bundle);
            Datapath datapath = DatapathReader.read(evidence);
            hooks = Hooks.of(evidence, datapath);
            replayer = new Replayer(datapath);
            datapath.services().values().forEach(table -> frontends.addAll(table.keySet()));
            all = replayer.replayAll(hooks);
            binding = (int) datapath.attachments().stream()
                    .filter(attachment -> attachment.attachType() == AttachType.POST_BIND4
                            || attachment.attachType() == AttachType.POST_BIND6)
                    .count();
        }

        /** Where the current generation alone should send a socket is where it sends those that ask it alone. */
        void compareYardsticks() {
            should.forEach((what, seen) -> asked.getOrDefault(what, List.of()).forEach(replay -> {
                Set<String> expected = new TreeSet<>();
                replay.expected().forEach(disposition -> expected.addAll(texts(disposition, what.kind())));
                if (!expected.containsAll(seen)) {
                    mismatches.add(what + " at " + replay.hook().programIds() + ": should go to " + expected
                            + ", the current program alone sends it to " + seen);
                }
                yardsticks++;
            }));
        }

        /**
         * What an entry is for is asked for when all is, streams at the hooks of connect and datagrams at the others: an
         * entry for every protocol is for both, whatever other generations say of the address.
         */
        private void compareWithAll(Dial dial, Hook hook, Replay replay) {
            boolean usual = dial.stream() || dial.kind().startsWith("send");
            boolean listed = frontends.contains(replay.frontend())
                    || frontends.contains(Frontend.external(dial.to(), Protocol.ANY));
            if (!usual || !listed) {
                return;
            }
            boolean there = all.stream()
                    .anyMatch(one -> one.frontend().equals(replay.frontend())
                            && one.hook().equals(hook));
            if (!there) {
                mismatches.add(dial + " at " + hook.programIds() + ": not among all replays");
            }
            found++;
        }

        /** Dials of one kind from one cgroup to one address: each ends as foretold, and all that is likely is seen. */
        void compare(List<Dial> alike) {
            Dial dial = alike.get(0);
            Optional<Hook> hook = Hooks.forCgroup(hooks, dial.directory()).stream()
                    .filter(candidate -> candidate.attachType() == hookOf(dial))
                    .findFirst();
            Set<String> foretold = new TreeSet<>();
            List<PeerName> names = List.of();
            List<Outcome> outcomes = List.of();
            String trail = "";
            Frontend frontend = Frontend.external(dial.to(), dial.stream() ? Protocol.TCP : Protocol.UDP);
            if (hook.isEmpty()) {
                foretold.add(dial.to().toString());
            } else {
                chains.add(hook.get().programIds());
                Replay replay = replayer.replay(hook.get(), frontend, client(dial));
                outcomes = replay.outcomes();
                trail = trail(replay);
                replay.outcome().forEach(disposition -> foretold.addAll(texts(disposition, dial.kind())));
                compareWithAll(dial, hook.get(), replay);
                sessions += outcomes.stream()
                                .flatMap(outcome -> outcome.conditions().stream())
                                .anyMatch(SessionAlive.class::isInstance)
                        ? 1
                        : 0;
                mapped += dial.mapped() && dial.kind().startsWith("send") ? 1 : 0;
                asked.computeIfAbsent(new Asked(dial.kind(), dial.to(), dial.fromHost()), what -> new ArrayList<>())
                        .add(replay);
                names = replayer.peerNames(replay, hooks, dial.directory());
            }
            Set<String> seen = new TreeSet<>();
            List<Dialed> answered = new ArrayList<>();
            for (Dial each : alike) {
                Dialed dialed = run.dialed().get(each.id());
                seen.add(dialed == null ? "nothing" : dialed.went());
                Optional.ofNullable(dialed).ifPresent(answered::add);
                dials++;
            }
            if (dial.cgroup().equals(GeneratedNode.YARD)) {
                should.computeIfAbsent(new Asked(dial.kind(), dial.to(), dial.fromHost()), what -> new TreeSet<>())
                        .addAll(seen);
            }
            for (AttachType hookAsked : askingHooksOf(dial)) {
                compareNames(dial, hookAsked, ofHook(hookAsked, names), answered);
            }
            Set<String> certain = certain(outcomes, alike.size(), dial.kind());
            demanded += certain.size() > 1 ? 1 : 0;
            if (!foretold.containsAll(seen) || !seen.containsAll(certain)) {
                mismatches.add(dial + " at " + hook.map(Hook::programIds).orElse(List.of()) + ": foretold " + foretold
                        + ", seen " + seen + trail);
            }
            translated += seen.contains(dial.to().toString()) ? 0 : 1;
            refused += seen.stream().anyMatch(text -> text.startsWith("E")) ? 1 : 0;
            open += foretold.size() > 1 ? 1 : 0;
        }

        private Optional<PeerName> ofHook(AttachType asked, List<PeerName> names) {
            Optional<PeerName> found = names.stream()
                    .filter(name -> name.hook().attachType() == asked)
                    .findFirst();
            forgotten += found.stream()
                            .flatMap(name -> name.steps().stream())
                            .flatMap(step -> step.notes().stream())
                            .anyMatch(note -> note.outcome() == Note.State.FORGOTTEN)
                    ? 1
                    : 0;
            return found;
        }

        /**
         * By where the kernel sent the sockets, the names that their applications were told. A socket that was not
         * translated, or whose hook has no program, is told where it went.
         */
        private void compareNames(Dial dial, AttachType asked, Optional<PeerName> name, List<Dialed> answered) {
            Map<String, Set<String>> told = new TreeMap<>();
            for (Dialed dialed : answered) {
                if (!dialed.name(asked).isEmpty()) {
                    told.computeIfAbsent(dialed.went(), went -> new TreeSet<>()).add(dialed.name(asked));
                }
            }
            told.forEach((went, heard) -> {
                Set<String> foretold = name.stream()
                        .flatMap(one -> one.seen().stream())
                        .filter(one -> one.end().text().plain().equals(went))
                        .map(one -> one.name().text().plain())
                        .collect(Collectors.toCollection(TreeSet::new));
                compareNames(
                        dial + " asked by " + asked, dial, went, foretold.isEmpty() ? Set.of(went) : foretold, heard);
                senders += dial.kind().startsWith("udp") && asked.name().startsWith("RECVMSG") ? 1 : 0;
            });
        }

        private void compareNames(String what, Dial dial, String went, Set<String> foretold, Set<String> heard) {
            if (!foretold.containsAll(heard)) {
                mismatches.add(what + " went to " + went + ": name foretold " + foretold + ", heard " + heard);
            }
            named++;
            translatedBack += heard.contains(went) ? 0 : 1;
            askedAgain += heard.contains(dial.to().toString())
                            && !went.equals(dial.to().toString())
                    ? 1
                    : 0;
            openNames += foretold.size() > 1 ? 1 : 0;
        }

        /**
         * The ends that so many dials cannot have missed, by their shares. What is given under a condition need not hold
         * on this node.
         */
        private static Set<String> certain(List<Outcome> outcomes, int dials, String kind) {
            Map<Disposition, Double> shares = new HashMap<>();
            outcomes.stream()
                    .filter(outcome -> outcome.conditions().isEmpty())
                    .forEach(outcome -> shares.merge(outcome.disposition(), outcome.share(), Double::sum));
            Set<String> certain = new TreeSet<>();
            shares.forEach((disposition, share) -> {
                if (texts(disposition, kind).size() == 1 && Math.pow(1 - share, dials) < MAX_LUCK) {
                    certain.addAll(texts(disposition, kind));
                }
            });
            return certain;
        }

        /** What a mismatch is understood by when the node is gone. */
        private String trail(Replay replay) {
            StringBuilder trail = new StringBuilder(", by " + replay.outcomes());
            for (Step step : replayer.steps(replay)) {
                trail.append("\n  program ")
                        .append(step.program().programId())
                        .append(" makes ")
                        .append(step.after());
                step.entries().forEach(entry -> trail.append("\n    ").append(entry));
            }
            return trail.toString();
        }

        private Client client(Dial dial) {
            return new Client(
                    OptionalLong.of(dial.fromHost() ? run.hostCookie() : run.podCookie()),
                    Optional.of(dial.fromHost()));
        }

        /** Nothing listens at port 0: the answer to a stream is a refusal. */
        private static List<String> texts(Disposition disposition, String kind) {
            if (disposition instanceof Disposition.Connects connects
                    && connects.endpoint().port() == 0
                    && kind.startsWith("tcp")) {
                return List.of("ECONNREFUSED");
            }
            if (disposition instanceof Disposition.Connects connects) {
                return List.of(connects.endpoint().toString());
            }
            if (disposition instanceof Disposition.Refused refusal) {
                return refusal.errors().stream().map(Errno::name).toList();
            }
            return List.of(disposition.text().plain());
        }

        /** A datagram from an AF_INET6 socket to a mapped address passes the IPv4 hook: the kernel unwraps it first. */
        private static AttachType hookOf(Dial dial) {
            boolean v4 = dial.to().address().isV4();
            return switch (dial.kind()) {
                case "tcp4", "udp4" -> AttachType.CONNECT4;
                case "tcp6", "udp6" -> AttachType.CONNECT6;
                case "send4" -> AttachType.SENDMSG4;
                default -> v4 ? AttachType.SENDMSG4 : AttachType.SENDMSG6;
            };
        }

        /** The hooks that tell an application a name: getpeername if connected, recvmsg of the answer to datagrams. */
        private static List<AttachType> askingHooksOf(Dial dial) {
            return switch (dial.kind()) {
                case "tcp4" -> List.of(AttachType.GETPEERNAME4);
                case "tcp6" -> List.of(AttachType.GETPEERNAME6);
                case "udp4" -> List.of(AttachType.GETPEERNAME4, AttachType.RECVMSG4);
                case "udp6" -> List.of(AttachType.GETPEERNAME6, AttachType.RECVMSG6);
                case "send4" -> List.of(AttachType.RECVMSG4);
                default -> List.of(AttachType.RECVMSG6);
            };
        }

        @Override
        public String toString() {
            return dials + " dials over " + chains.size() + " chains, of these kinds of dial " + translated
                    + " translated or refused, " + refused + " refused, " + open + " with several outcomes, " + demanded
                    + " of them dialed so often that each must show; "
                    + named + " names of peers, " + senders + " of them of who answered a connected datagram socket, "
                    + translatedBack + " translated back, " + askedAgain
                    + " of them to what was asked for, " + forgotten + " with a note that no longer counts, "
                    + openNames + " with several outcomes; "
                    + yardsticks + " compared with what should be, " + found + " found among all replays, " + mapped
                    + " datagrams to mapped addresses, " + sessions + " with sessions that may have run out, " + binding
                    + " attachments at post_bind";
        }
    }
}
