package io.ghostmap.diagnosis;

import static io.ghostmap.evidence.AttachType.CONNECT4;
import static io.ghostmap.evidence.AttachType.CONNECT6;
import static io.ghostmap.support.Attempt.attempt;
import static io.ghostmap.support.TestNode.POD;
import static io.ghostmap.support.TestNode.node;
import static io.ghostmap.support.TestService.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.datapath.Generation.Currency;
import io.ghostmap.datapath.program.Errno;
import io.ghostmap.replay.Disposition;
import io.ghostmap.replay.HookProgram;
import io.ghostmap.replay.Replay;
import io.ghostmap.support.Addresses;
import io.ghostmap.support.PcapFile;
import io.ghostmap.support.TestNode;
import io.ghostmap.text.Term;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Evidence that contradicts itself or lacks a row: nothing is called in order, and no command is printed on a guess. */
final class DoubtTest {
    private static final String VIP = "172.17.93.4:8080";
    private static final String DEAD = "172.16.149.220:8080";
    private static final String ALIVE = "172.16.109.127:8080";
    private static final String CLIENT = "10.0.0.1";
    private static final String HOLDERS = "#pid\tcomm\tfd\tkind\tid\n77\tcilium-agent\t9\tmap\t%d\n";

    @TempDir
    private Path folder;

    /** Program 109 reads the old generation, program 160 the new one; both are attached to the root. */
    private static TestNode oldFirst(TestNode node) {
        return node.attach(CONNECT4, 109, 160)
                .kernelRuns(CONNECT4, 109, 160)
                .text(
                        "node/mountinfo",
                        "36 29 0:31 / /sys/fs/bpf rw - bpf bpf rw\n37 29 0:32 / /run/cilium/bpffs rw - bpf bpf rw\n")
                .sees(attempt(CLIENT, DEAD).unanswered());
    }

    private static TestNode oldGeneration() {
        return node().generation("old", 27).serves(VIP, DEAD).loads(109);
    }

    private static TestNode twoGenerations() {
        return oldGeneration()
                .generation("new", 144)
                .pinned()
                .serves(VIP, ALIVE)
                .loads(160);
    }

    /** The agent fell back to its second bpffs; what is pinned in the first are leftovers. */
    @Test
    void whatTheAgentHoldsOpenOutweighsThePlaceOfAPin() throws UnreadableBundleException {
        Diagnosed node = diagnose(oldFirst(oldGeneration()
                        .pinned()
                        .generation("new", 144)
                        .pinned("/run/cilium/bpffs/tc/globals")
                        .serves(VIP, ALIVE)
                        .loads(160))
                .text("bpf/holders.tsv", HOLDERS.formatted(144)));

        assertThat(node.generation(144).currency()).isEqualTo(Currency.CURRENT);
        assertThat(node.generation(27).currency()).isEqualTo(Currency.NOT_CURRENT);
        assertThat(node.generation(145).currency())
                .as("backends follow the services")
                .isEqualTo(Currency.CURRENT);
    }

    @Test
    void contradictingSignsCallNothingStaleAndDetachNothing() throws UnreadableBundleException {
        Diagnosed node = diagnose(oldFirst(oldGeneration()
                .pinned()
                .generation("new", 144)
                .heldByAgent(77)
                .serves(VIP, ALIVE)
                .loads(160)));

        assertThat(node.generation(27).currency()).isEqualTo(Currency.UNKNOWN);
        assertThat(node.generation(144).currency()).isEqualTo(Currency.UNKNOWN);
        assertThat(node.verdict()).isEqualTo(Verdict.Level.WARNING);
        assertThat(node.rules()).containsExactly("SLB-02");
        assertThat(node.findings().get(0).subjects()).containsExactly(new Subject.Map(27), new Subject.Map(144));
        assertThat(node.changes()).isEmpty();
    }

    @Test
    void oldGenerationThatNoAttachedProgramReadsIsOnlyWorthKnowing() throws UnreadableBundleException {
        Diagnosed node = diagnose(twoGenerations()
                .attach(CONNECT4, 160)
                .kernelRuns(CONNECT4, 160)
                .wantedAt(VIP, ALIVE)
                .sees(attempt(CLIENT, ALIVE).answered()));

        assertThat(node.verdict()).isEqualTo(Verdict.Level.INFO);
        assertThat(node.finding("SLB-02")).map(Finding::severity).contains(Severity.INFO);
        assertThat(node.finding("SLB-01")).isEmpty();
    }

    @Test
    void mapThatNoListHasIsUnknownAndNotAbsent() throws UnreadableBundleException {
        String withoutOld =
                "[{\"id\":144,\"type\":\"hash\",\"name\":\"cilium_lb4_serv\",\"bytes_key\":12,\"bytes_value\":12,"
                        + "\"pinned\":[\"" + TestNode.AGENT_PINS + "/cilium_lb4_services_v2\"]},"
                        + "{\"id\":145,\"type\":\"hash\",\"name\":\"cilium_lb4_back\",\"bytes_key\":4,\"bytes_value\":12}]";
        Diagnosed node = diagnose(oldFirst(twoGenerations())
                .text("bpf/before/maps.json", withoutOld)
                .text("bpf/after/maps.json", withoutOld));

        assertThat(node.verdict()).isEqualTo(Verdict.Level.INCONCLUSIVE);
        assertThat(node.doubts()).hasAtLeastOneElementOfType(Doubt.OutcomesUnknown.class);
        assertThat(node.incident().gaps()).as("maps 27 and 28").isNotEmpty();
    }

    @Test
    void programThatNoListHasIsUnknownAndNotForeign() throws UnreadableBundleException {
        Diagnosed node = diagnose(oldFirst(twoGenerations())
                .text(
                        "bpf/before/programs.json",
                        "[{\"id\":160,\"type\":\"cgroup_sock_addr\",\"name\":\"cil_sock4_connect\",\"map_ids\":[144,145]}]")
                .text("bpf/after/programs.json", "[]"));

        assertThat(node.incident().hooks().get(0).programs())
                .extracting(HookProgram::listed)
                .containsExactly(false, true);
        assertThat(node.incident().replays()).anyMatch(Replay::isUndecided);
    }

    @Test
    void namelessProgramIsKnownByItsMaps() throws UnreadableBundleException {
        Diagnosed node = diagnose(
                oldFirst(twoGenerations().program(55, "", 27, 28)).at(POD).attach(CONNECT4, 55));

        assertThat(node.incident().hooks().stream().flatMap(hook -> hook.programs().stream()))
                .filteredOn(program -> program.programId() == 55)
                .isNotEmpty()
                .allMatch(program ->
                        node.incident().datapath().readsStale(program.view().orElseThrow(), CONNECT4));
    }

    @Test
    void orderThatContradictsTheTreeIsNamed() throws UnreadableBundleException {
        List<String> agreeing = gaps(diagnose(oldFirst(twoGenerations())));
        List<String> contradicting = gaps(diagnose(oldFirst(twoGenerations()).kernelRuns(CONNECT4, 160)));

        assertThat(contradicting).hasSize(agreeing.size() + 1).containsAll(agreeing);
    }

    private static List<String> gaps(Diagnosed node) {
        return node.incident().gaps().stream().map(gap -> gap.artifact().name()).toList();
    }

    @Test
    void mappedAddressesGoThroughTheIpv6Hook() throws UnreadableBundleException {
        Diagnosed node = diagnose(oldGeneration()
                .loads(110, CONNECT6)
                .generation("new", 144)
                .pinned()
                .serves(VIP, ALIVE)
                .loads(160)
                .loads(161, CONNECT6)
                .attach(CONNECT4, 160)
                .attach(CONNECT6, 110, 161)
                .kernelRuns(CONNECT4, 160)
                .sees(attempt(CLIENT, DEAD).unanswered()));

        assertThat(node.incident().affected())
                .isNotEmpty()
                .allMatch(replay -> replay.hook().attachType() == CONNECT6);
    }

    @Test
    void countOfTensOfThousandsStaysSmall() throws UnreadableBundleException {
        String many = "172.17.0.9:80";
        Diagnosed node = diagnose(oldFirst(oldGeneration()
                .serves(service(many).counting(0xffff).to(DEAD))
                .generation("new", 144)
                .pinned()
                .serves(VIP, ALIVE)
                .loads(160)));

        assertThat(node.incident().replays())
                .filteredOn(replay -> replay.frontend().endpoint().equals(Addresses.endpoint(many)))
                .singleElement()
                .satisfies(replay -> assertThat(replay.outcome())
                        .hasSize(2)
                        .contains(new Disposition.Connects(Addresses.endpoint(DEAD)))
                        .anySatisfy(end -> assertThat(end)
                                .isInstanceOfSatisfying(
                                        Disposition.Refused.class,
                                        refused -> assertThat(refused.errors())
                                                .containsExactlyInAnyOrder(Errno.EPERM, Errno.EHOSTUNREACH))));
    }

    @Test
    void noProgramOnAnyHookIsNotInOrder() throws UnreadableBundleException {
        Diagnosed node = diagnose(node().generation("only", 144)
                .pinned()
                .serves(VIP, ALIVE)
                .sees(attempt(CLIENT, ALIVE).answered()));

        assertThat(node.verdict()).isEqualTo(Verdict.Level.INCONCLUSIVE);
        assertThat(node.doubts()).contains(new Doubt.NoProgramSeen());
    }

    @Test
    void serviceAddressOnTheWireIsExplainedByNothing() throws UnreadableBundleException {
        Diagnosed node = diagnose(node().generation("only", 144)
                .pinned()
                .serves(VIP, ALIVE)
                .runs(160)
                .sees(attempt(CLIENT, VIP).unanswered()));

        assertThat(node.destination(VIP).classification()).isEqualTo(Classification.UNTRANSLATED_FRONTEND);
        assertThat(node.doubts()).contains(new Doubt.DestinationsUnexplained(List.of(Addresses.endpoint(VIP))));
    }

    @Test
    void mapsWithoutTrafficAreInconclusive() throws UnreadableBundleException {
        Diagnosed node = diagnose(node().generation("only", 144)
                .pinned()
                .serves(VIP, ALIVE)
                .runs(160)
                .kernelRuns(CONNECT4, 160)
                .wantedAt(VIP, ALIVE)
                .capture(PcapFile.cooked()));

        assertThat(node.verdict()).isEqualTo(Verdict.Level.INCONCLUSIVE);
        assertThat(node.doubts()).containsExactly(new Doubt.NoSynCaptured(true));
    }

    /** Was: "no fault was found in the node's maps", of which there were none. */
    @Test
    void nothingIsSaidOfMapsThatWereNotCaptured() throws UnreadableBundleException {
        Diagnosed node = diagnose(node().generation("only", 144)
                .pinned()
                .serves(VIP, ALIVE)
                .runs(160)
                .undumped(144)
                .undumped(145)
                .kernelRuns(CONNECT4, 160)
                .capture(PcapFile.cooked()));

        assertThat(node.doubts()).contains(new Doubt.NoSynCaptured(false));
        assertThat(node.doubts()).noneMatch(doubt -> doubt.text().plain().contains("no fault"));
    }

    @Test
    void bundleWithoutMapsIsInconclusiveAndSaysWhatIsMissing() throws UnreadableBundleException {
        Diagnosed node = diagnose(
                node().text("bpf/before/maps.json", "[{\"error\":\"can't get next map: Operation not permitted\"}]")
                        .text("bpf/after/maps.json", "")
                        .sees(attempt(CLIENT, DEAD).unanswered()));

        assertThat(node.verdict()).isEqualTo(Verdict.Level.INCONCLUSIVE);
        assertThat(node.diagnosis().skipped())
                .extracting(skipped -> skipped.rule().id())
                .contains("SLB-01", "SLB-02", "SLB-28");
        assertThat(node.doubts())
                .anySatisfy(doubt -> assertThat(doubt)
                        .isInstanceOfSatisfying(
                                Doubt.RulesSkipped.class,
                                skipped -> assertThat(Set.copyOf(skipped.rules()))
                                        .extracting(CatalogEntry::id)
                                        .doesNotContain("CAP-06")
                                        .contains("SLB-01")));
        assertThat(node.diagnosis().losses())
                .as("in bpftool's own words")
                .anySatisfy(loss -> assertThat(Diagnosed.terms(loss.reason()))
                        .contains(Term.quote("can't get next map: Operation not permitted")));
    }

    private Diagnosed diagnose(TestNode node) throws UnreadableBundleException {
        return Diagnosed.of(node, folder);
    }

    /** Four queries in as many seconds, and nothing comes back. */
    private static PcapFile queries(String server) {
        PcapFile pcap = PcapFile.cooked();
        for (int second = 0; second < 4; second++) {
            pcap.udp(second * 1_000_000L, CLIENT, 40_000, server, 53);
        }
        return pcap.tcp(0, CLIENT, 4000, "172.16.109.127", 8080, PcapFile.SYN, 1, 0)
                .tcp(90, "172.16.109.127", 8080, CLIENT, 4000, PcapFile.SYN_ACK, 7, 2);
    }

    private static TestNode healthy() {
        return node().generation("new", 144)
                .pinned()
                .serves(VIP, ALIVE)
                .wantedAt(VIP, ALIVE)
                .runs(160)
                .kernelRuns(CONNECT4, 160);
    }

    @Test
    void dnsServerThatNoMapHasAndThatIsSilent() throws UnreadableBundleException {
        Diagnosed node = Diagnosed.of(healthy().capture(queries("172.16.42.170")), folder);

        assertThat(node.verdict()).isEqualTo(Verdict.Level.INCONCLUSIVE);
        assertThat(node.doubts())
                .containsExactly(new Doubt.NamesUnanswered(List.of(Addresses.endpoint("172.16.42.170:53"))));
    }
}
