package io.ghostmap.replay;

import static io.ghostmap.evidence.AttachType.CONNECT4;
import static io.ghostmap.replay.ReplayedNode.endpoint;
import static io.ghostmap.replay.ReplayedNode.to;
import static io.ghostmap.support.TestNode.node;
import static io.ghostmap.support.TestService.Mark.LOCAL_REDIRECT;
import static io.ghostmap.support.TestService.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.ghostmap.datapath.cilium.MapRow;
import io.ghostmap.datapath.program.Condition;
import io.ghostmap.datapath.program.Condition.ClientInNamespace;
import io.ghostmap.datapath.program.Condition.ClientIsBackend;
import io.ghostmap.datapath.program.Condition.SessionAlive;
import io.ghostmap.net.Protocol;
import io.ghostmap.support.TestNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the evidence leaves something open, each outcome says what it takes for given, and all of them together are one. */
final class OpenQuestionsTest {
    private static final String VIP = "10.96.0.10:80";
    private static final String STALE = "10.0.1.1:80";
    private static final String CURRENT = "10.0.2.2:80";
    private static final String ANOTHER = "10.0.2.1:80";
    private static final int REV_NAT_ID = 408;

    @TempDir
    private Path folder;

    private List<Outcome> outcomes(TestNode node) {
        return ReplayedNode.of(node, folder).connect(VIP).outcomes();
    }

    private static Condition in(long cookie) {
        return ClientInNamespace.of(List.of(cookie));
    }

    /** Two generations with a local redirect policy for one address, each with a client that it exempts. */
    private static TestNode redirects(long exemptByStale, long exemptByCurrent) {
        return node().generation("stale", 27)
                .serves(service(VIP).marked(LOCAL_REDIRECT).to(STALE))
                .holds(exempt(exemptByStale))
                .runs(109)
                .generation("current", 144)
                .pinned()
                .serves(service(VIP).marked(LOCAL_REDIRECT).to(CURRENT))
                .holds(exempt(exemptByCurrent))
                .runs(160);
    }

    private static MapRow exempt(long cookie) {
        return MapRow.in("cilium_skip_lb4")
                .key("netns_cookie", cookie)
                .key("address", endpoint(VIP).address())
                .key("port", endpoint(VIP).port());
    }

    /** Was: also to the current backend, "if the client is in the namespace with cookie 7, and in no such namespace". */
    @Test
    void clientThatOneProgramExemptsIsTheSameForTheNext() {
        assertThat(outcomes(redirects(7, 7)))
                .extracting(Outcome::disposition, Outcome::conditions)
                .containsExactly(tuple(to(VIP), List.of(in(7))), tuple(to(STALE), List.of(in(7).complement())));
    }

    @Test
    void clientOfOneNamespaceIsInNoOther() {
        assertThat(outcomes(redirects(7, 8)))
                .extracting(Outcome::disposition, Outcome::conditions)
                .containsExactly(tuple(to(CURRENT), List.of(in(7))), tuple(to(STALE), List.of(in(7).complement())));
    }

    /** Two generations of 1.12, which know the backends of a local redirect policy by their sockets. */
    private static TestNode oldRedirects(String stale, String current) {
        return node().generation("stale", 27)
                .release(12)
                .serves(service(VIP).marked(LOCAL_REDIRECT).to(stale))
                .runs(109)
                .generation("current", 144)
                .release(12)
                .pinned()
                .serves(service(VIP).marked(LOCAL_REDIRECT).to(current))
                .runs(160);
    }

    /** Was: "if the client is itself the chosen backend …, and is not itself the chosen backend …". */
    @Test
    void clientThatIsOneBackendNeedNotBeAnother() {
        Condition first = new ClientIsBackend(endpoint(STALE));
        Condition second = new ClientIsBackend(endpoint(CURRENT));

        assertThat(outcomes(oldRedirects(STALE, CURRENT)))
                .extracting(Outcome::disposition, Outcome::conditions)
                .containsExactly(
                        tuple(to(VIP), List.of(first, second)),
                        tuple(to(CURRENT), List.of(first, second.complement())),
                        tuple(to(STALE), List.of(first.complement())));
    }

    @Test
    void clientThatIsTheBackendOfBothPassesBoth() {
        Condition itself = new ClientIsBackend(endpoint(STALE));

        assertThat(outcomes(oldRedirects(STALE, STALE)))
                .extracting(Outcome::disposition, Outcome::conditions)
                .containsExactly(tuple(to(VIP), List.of(itself)), tuple(to(STALE), List.of(itself.complement())));
    }

    /** A session of the namespace with cookie 4242, used at that time; the clock shows 100000. */
    private static TestNode session(long lastUsed) {
        return node().generation("current", 144)
                .pinned()
                .serves(service(VIP).sticky(10_800).revNatId(REV_NAT_ID).to(ANOTHER, CURRENT))
                .remembers(REV_NAT_ID, 4242, CURRENT, lastUsed)
                .runs(160)
                .text("node/uptime", "100000.00 1.00\n");
    }

    /** Was: both backends with half of all connects each, under no condition. */
    @Test
    void onlyClientsWithoutASessionChoose() {
        assertThat(outcomes(session(99_000)))
                .extracting(Outcome::disposition, Outcome::share, Outcome::conditions)
                .containsExactly(
                        tuple(to(CURRENT), 1.0, List.of(in(4242))),
                        tuple(to(ANOTHER), 0.5, List.of(in(4242).complement())),
                        tuple(to(CURRENT), 0.5, List.of(in(4242).complement())));
    }

    /**
     * {@code bpf-clock-probe}: an agent can count in jiffies since boot, which begin at 2^32 less five minutes, shifted
     * right by 8; such a time is long after that of the clock.
     */
    @Test
    void sessionUnderAClockThatIsNotBelievedCountsOrHasRunOut() {
        List<Outcome> outcomes = outcomes(session(16_800_000));

        Condition alive = outcomes.get(0).conditions().get(0);
        assertThat(alive)
                .isInstanceOfSatisfying(
                        SessionAlive.class,
                        kept -> assertThat(kept.sessions())
                                .hasSize(1)
                                .hasEntrySatisfying(
                                        4242L,
                                        entry ->
                                                assertThat(entry.dump().mapId()).isEqualTo(151)));
        assertThat(outcomes)
                .extracting(Outcome::disposition, Outcome::share, Outcome::conditions)
                .containsExactly(
                        tuple(to(CURRENT), 1.0, List.of(alive)),
                        tuple(to(ANOTHER), 0.5, List.of(alive.complement())),
                        tuple(to(CURRENT), 0.5, List.of(alive.complement())));
    }

    /**
     * Was: judged as of the start of the run, so that the last counted, and the one before it as well. Map 151 has the
     * sessions.
     */
    @Test
    void sessionsAreJudgedByTheTimeAtWhichTheirMapWasRead() {
        Function<Integer, TestNode> usedAgo =
                seconds -> session(100_060 - seconds).text("manifest.json", """
                        {"format":1,"steps":[{"file":"bpf/map-dumps/151.json","startUptime":"100060.40","durationMs":2700}]}
                        """);

        assertThat(outcomes(usedAgo.apply(10_790)))
                .as("runs out after the dump")
                .extracting(Outcome::disposition, Outcome::conditions)
                .contains(tuple(to(CURRENT), List.of(in(4242))));
        assertCanHaveRunOut(outcomes(usedAgo.apply(10_798)));
        assertThat(outcomes(usedAgo.apply(10_800)))
                .as("ran out before the dump")
                .extracting(Outcome::disposition, Outcome::conditions)
                .containsExactly(tuple(to(ANOTHER), List.of()), tuple(to(CURRENT), List.of()));
    }

    /** Of a bundle whose steps do not say when they ran, only the uptime at the start is known. */
    @Test
    void sessionsThatRunOutWithinAnHourAreOpenWhereNothingShowsWhenTheirMapWasRead() {
        assertCanHaveRunOut(outcomes(session(100_060 - 10_800)));
    }

    private static void assertCanHaveRunOut(List<Outcome> outcomes) {
        assertThat(outcomes)
                .extracting(Outcome::disposition, Outcome::share)
                .containsExactly(tuple(to(CURRENT), 1.0), tuple(to(ANOTHER), 0.5), tuple(to(CURRENT), 0.5));
        assertThat(outcomes.get(0).conditions()).singleElement().isInstanceOf(SessionAlive.class);
    }

    /** Was: an outcome for each namespace, and each slot once more for every session that may have run out. */
    @Test
    void clientsThatSessionsKeepAtOneBackendAreOneOutcome() {
        for (long lastUsed : new long[] {99_000, 16_800_000}) {
            TestNode node = session(lastUsed);
            for (long cookie = 1; cookie <= 100; cookie++) {
                node.remembers(REV_NAT_ID, cookie, cookie % 2 == 0 ? CURRENT : ANOTHER, lastUsed);
            }

            assertThat(ReplayedNode.of(node, folder.resolve("" + lastUsed))
                            .connect(VIP)
                            .outcomes())
                    .extracting(Outcome::disposition, Outcome::share)
                    .containsExactly(
                            tuple(to(ANOTHER), 1.0),
                            tuple(to(CURRENT), 1.0),
                            tuple(to(ANOTHER), 0.5),
                            tuple(to(CURRENT), 0.5));
        }
    }

    /** What LiveKernelTest with seed 2360420349848 showed: of a known client, half was certain that was not. */
    @Test
    void sessionOfAKnownClientCountsOrHasRunOut() {
        Client client = new Client(OptionalLong.of(4242), Optional.empty());
        List<Outcome> outcomes = ReplayedNode.of(session(16_800_000), folder)
                .ask(CONNECT4, VIP, Protocol.TCP, client)
                .outcomes();

        assertThat(outcomes).extracting(Outcome::disposition).containsExactly(to(CURRENT), to(ANOTHER), to(CURRENT));
        assertThat(outcomes)
                .allSatisfy(outcome -> assertThat(outcome.conditions()).hasSize(1));
    }
}
