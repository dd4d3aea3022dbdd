package io.ghostmap.replay;

import static io.ghostmap.evidence.AttachType.CONNECT4;
import static io.ghostmap.evidence.AttachType.GETPEERNAME4;
import static io.ghostmap.replay.ReplayedNode.endpoint;
import static io.ghostmap.replay.ReplayedNode.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.ghostmap.bundle.Gap;
import io.ghostmap.datapath.Backend;
import io.ghostmap.datapath.Family;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.datapath.Identity;
import io.ghostmap.datapath.LoadBalancer;
import io.ghostmap.datapath.MapRole;
import io.ghostmap.datapath.NamedValue;
import io.ghostmap.datapath.ReverseNat;
import io.ghostmap.datapath.ReverseSkEntry;
import io.ghostmap.datapath.Service;
import io.ghostmap.datapath.View;
import io.ghostmap.datapath.program.Answer;
import io.ghostmap.datapath.program.Choice;
import io.ghostmap.datapath.program.Condition;
import io.ghostmap.datapath.program.Decision;
import io.ghostmap.datapath.program.Naming;
import io.ghostmap.datapath.program.Note;
import io.ghostmap.datapath.program.Question;
import io.ghostmap.datapath.program.Rewrite;
import io.ghostmap.datapath.program.SocketProgram;
import io.ghostmap.evidence.AttachType;
import io.ghostmap.evidence.BpfMap;
import io.ghostmap.evidence.BpfProgram;
import io.ghostmap.evidence.MapDump;
import io.ghostmap.evidence.MapEntry;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.IpAddress;
import io.ghostmap.net.Protocol;
import io.ghostmap.support.TestNode;
import io.ghostmap.text.Text;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A load balancer of a dozen lines beside Cilium, on one node and in one chain: what is replayed does not depend on whose
 * programs run. Its one map has an address, a port and a host's own answer: where pods, and where host clients are sent.
 */
final class SecondLoadBalancerTest {
    private static final String ROOT = "/sys/fs/cgroup";
    private static final String VIP = "10.96.0.10:80";
    private static final int ENDPOINT = 6;

    @TempDir
    private Path folder;

    /** Key: an address and a port; value: where pods are sent, and where clients on the host are. */
    private static final class Tiny implements LoadBalancer {
        private static final MapRole SERVICES = MapRole.of(MapRole.Kind.SERVICES, Family.IPV4);

        @Override
        public List<Gap> gaps() {
            return List.of();
        }

        @Override
        public Optional<Identity> identify(BpfMap map, List<BpfProgram> users, Optional<MapDump> dump) {
            return map.name().equals("tiny_services")
                    ? Optional.of(new Identity(
                            List.of(SERVICES), List.of(map.name()), map.name(), "1", Text.of("by its name")))
                    : Optional.empty();
        }

        @Override
        public boolean isSocketProgram(BpfProgram program) {
            return program.type().equals("cgroup_sock_addr");
        }

        @Override
        public boolean owns(BpfProgram program) {
            return program.name().startsWith("tiny_");
        }

        @Override
        public Optional<AttachType> hookOf(BpfProgram program) {
            return Optional.empty();
        }

        @Override
        public SocketProgram program(View view, boolean ofAgent) {
            return new TinyProgram(
                    view.program().id(),
                    view.services(Family.IPV4).mapId(),
                    view.services(Family.IPV4).content().orElse(Collections.emptySortedMap()));
        }

        @Override
        public SortedMap<Frontend, Service> services(MapDump dump, Family family) {
            SortedMap<Frontend, Service> services = new TreeMap<>();
            for (int row = 0; row < dump.count(); row++) {
                Frontend frontend = Frontend.external(read(dump.key(row), 0), Protocol.TCP);
                services.put(frontend, new Service(frontend, 1, 0, row, () -> "", List.of(), new MapEntry(dump, row)));
            }
            return services;
        }

        private static Endpoint read(byte[] bytes, int offset) {
            return new Endpoint(
                    IpAddress.of(bytes, offset, IpAddress.V4_BYTES),
                    Short.toUnsignedInt(ByteBuffer.wrap(bytes).getShort(offset + IpAddress.V4_BYTES)));
        }

        @Override
        public SortedMap<Long, Backend> backends(MapDump dump, Family family) {
            return Collections.emptySortedMap();
        }

        @Override
        public SortedMap<Integer, ReverseNat> reverseNat(MapDump dump, Family family) {
            return Collections.emptySortedMap();
        }

        @Override
        public SortedMap<Endpoint, List<ReverseSkEntry>> reverseSk(MapDump dump, Family family) {
            return Collections.emptySortedMap();
        }

        @Override
        public List<Integer> referencedIds(MapDump dump) {
            return List.of();
        }

        @Override
        public List<NamedValue> fields(Identity identity, MapDump dump, int row) {
            return List.of();
        }

        @Override
        public OptionalInt agentPinRank(String path) {
            return OptionalInt.empty();
        }

        @Override
        public boolean isAgent(String command) {
            return false;
        }
    }

    private record TinyProgram(int id, Optional<Integer> map, SortedMap<Frontend, Service> services)
            implements SocketProgram {
        @Override
        public Answer translate(Question question) {
            Service service = services.get(Frontend.external(question.address(), Protocol.TCP));
            if (service == null) {
                return Answer.PASSES;
            }
            List<Choice> choices = new ArrayList<>();
            byte[] value = service.entry().value();
            question.given()
                    .split(
                            new Condition.ClientOnHost(),
                            host -> choices.add(new Choice(
                                    rewrite(question, Tiny.read(value, ENDPOINT)), 1, host, question.cookie())),
                            pod -> choices.add(
                                    new Choice(rewrite(question, Tiny.read(value, 0)), 1, pod, question.cookie())));
            return new Answer(choices, List.of(service.entry()), List.of());
        }

        private Decision rewrite(Question question, Endpoint backend) {
            return new Decision.Rewrites(new Rewrite(id, true, map, backend, question.address(), 0));
        }

        /** It finds what it noted whatever has become of the service. */
        @Override
        public Naming name(Question question, List<Rewrite> notes) {
            Optional<Rewrite> own = notes.stream()
                    .filter(note -> note.backend().equals(question.address())
                            && note.notedIn().equals(map))
                    .findFirst();
            Naming.Decision decision = own.<Naming.Decision>map(note -> new Naming.Decision.Answers(note.asked()))
                    .orElse(new Naming.Decision.Keeps());
            List<Note> seen = own.stream()
                    .map(note -> new Note(
                            map.orElseThrow(), note.program(), note.backend(), note.asked(), 0, Note.State.COUNTS))
                    .toList();
            return new Naming(
                    List.of(new Naming.Choice(decision, notes, question.given())),
                    map.stream().toList(),
                    seen,
                    List.of());
        }
    }

    private static String bytes(String... endpoints) {
        StringBuilder bytes = new StringBuilder();
        for (String endpoint : endpoints) {
            bytes.append(HexFormat.of().formatHex(endpoint(endpoint).address().toBytes()))
                    .append("%04x".formatted(endpoint(endpoint).port()));
        }
        return bytes.toString();
    }

    /** Tiny sends pods to a service of Cilium, and clients on the host to an address of its own. */
    private ReplayedNode node() {
        TestNode node = TestNode.node()
                .map(300, "hash", "tiny_services", 6, 12, "")
                .row(300, bytes(VIP), bytes("10.96.0.20:80", "10.0.9.9:80"))
                .program(200, "tiny_connect", 300)
                .program(201, "tiny_getpeername", 300)
                .attach(CONNECT4, 200)
                .generation("current", 144)
                .pinned()
                .serves("10.96.0.20:80", "10.0.2.2:80")
                .runs(160)
                .attach(GETPEERNAME4, 201);
        return ReplayedNode.of(node, folder, new Tiny());
    }

    @Test
    void programsOfBothRunInOneChain() {
        Condition onHost = new Condition.ClientOnHost();

        assertThat(node().connect(AttachType.CONNECT4, VIP).outcomes())
                .extracting(Outcome::disposition, Outcome::conditions)
                .containsExactly(
                        tuple(to("10.0.9.9:80"), List.of(onHost)),
                        tuple(to("10.0.2.2:80"), List.of(onHost.complement())));
    }

    @Test
    void whatItNotedIsFoundAgainAndCitedByItsEntries() {
        ReplayedNode node = node();
        Replay replay = node.connect(AttachType.CONNECT4, VIP);

        assertThat(node.replayer().steps(replay).get(0).rows())
                .singleElement()
                .extracting(entry -> entry.dump().mapId())
                .isEqualTo(300);
        assertThat(node.replayer().peerNames(replay, node.hooks(), ROOT))
                .singleElement()
                .satisfies(name -> assertThat(name.seen())
                        .extracting(PeerName.Seen::end, PeerName.Seen::name)
                        .containsExactly(
                                tuple(to("10.0.9.9:80"), to(VIP)), // noted by Tiny itself
                                tuple(to("10.0.2.2:80"), to("10.0.2.2:80")))); // sent on by Cilium
    }

    @Test
    void eachHasItsOwnGenerations() {
        assertThat(node().datapath().generations())
                .filteredOn(generation -> generation.role().isServices())
                .allMatch(generation -> generation.isCurrent())
                .extracting(generation -> generation.mapId())
                .containsExactly(144, 300);
    }
}
