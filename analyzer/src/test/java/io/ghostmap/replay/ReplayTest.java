package io.ghostmap.replay;

import static io.ghostmap.evidence.AttachType.CONNECT4;
import static io.ghostmap.replay.ReplayedNode.endpoint;
import static io.ghostmap.replay.ReplayedNode.to;
import static io.ghostmap.support.TestNode.POD;
import static io.ghostmap.support.TestNode.ROOT;
import static io.ghostmap.support.TestNode.node;
import static io.ghostmap.support.TestService.Mark.TWO_SCOPES;
import static io.ghostmap.support.TestService.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.ghostmap.datapath.program.Errno;
import io.ghostmap.evidence.AttachType;
import io.ghostmap.net.Protocol;
import io.ghostmap.support.TestNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a connect on a small node: an old generation 27/28 read by program 109, a current one 144/145 by 160. */
final class ReplayTest {
    private static final String VIP = "172.17.93.4:8080";
    private static final String OTHER = "172.17.0.9:80";
    private static final String STALE = "172.16.149.220:8080";
    private static final String CURRENT = "172.16.109.127:8080";

    @TempDir
    private Path folder;

    /** The old generation alone: what is said next belongs to it. */
    private static TestNode old() {
        return node().generation("old", 27).backend(7, STALE).serves(VIP, STALE).loads(109);
    }

    /** And the current one. */
    private static TestNode andCurrent(TestNode old) {
        return old.generation("current", 144)
                .pinned()
                .backend(996, CURRENT)
                .serves(VIP, CURRENT)
                .loads(160);
    }

    /** The old program runs first. */
    private static TestNode oldFirst(TestNode old) {
        return andCurrent(old).attach(CONNECT4, 109, 160).kernelRuns(CONNECT4, 109, 160);
    }

    private ReplayedNode replayed(TestNode node) {
        return ReplayedNode.of(node, folder);
    }

    @Test
    void olderGenerationWinsWhenAttachedFirst() {
        ReplayedNode node = replayed(andCurrent(old())
                .attach(CONNECT4, 109)
                .pinnedLink(12, CONNECT4, 160)
                .kernelRuns(CONNECT4, 109, 160));
        Replay replay = node.connect(VIP);

        assertThat(replay.outcome()).containsExactly(to(STALE));
        assertThat(replay.expected()).containsExactly(to(CURRENT));
        assertThat(replay.affected()).isTrue();
        assertThat(node.replayer().steps(replay))
                .extracting(step -> step.program().programId(), Step::before)
                .containsExactly(tuple(109, List.of(endpoint(VIP))), tuple(160, List.of(endpoint(STALE))));
    }

    @Test
    void currentGenerationWinsWhenAttachedFirst() {
        Replay replay = replayed(andCurrent(old()).attach(CONNECT4, 160, 109).kernelRuns(CONNECT4, 160, 109))
                .connect(VIP);

        assertThat(replay.outcome()).containsExactly(to(CURRENT));
        assertThat(replay.affected()).isFalse();
    }

    @Test
    void programOfTheChildRunsBeforeThatOfTheParent() {
        ReplayedNode node =
                replayed(andCurrent(old()).attach(CONNECT4, 160).at(POD).attach(CONNECT4, 109));

        assertThat(node.hookAt(POD).programIds()).containsExactly(109, 160);
        assertThat(node.hookAt(POD).captured()).isFalse();
        assertThat(node.hookAt(ROOT).programIds()).containsExactly(160);
        assertThat(node.all())
                .filteredOn(Replay::affected)
                .extracting(replay -> replay.hook().cgroup())
                .containsExactly(POD);
    }

    @Test
    void overridingParentDoesNotRunAfterItsChild() {
        ReplayedNode node = replayed(
                andCurrent(old()).attach("override", CONNECT4, 160).at(POD).attach(CONNECT4, 109));

        assertThat(node.hookAt(POD).programIds()).containsExactly(109);
    }

    @Test
    void theKernelsOwnOrderOutweighsTheComputedOne() {
        ReplayedNode node = replayed(andCurrent(old())
                .attach(CONNECT4, 109, 160)
                .kernelRuns(CONNECT4, 160, 109)); // attached with PREORDER or BEFORE, which the tree does not show

        assertThat(node.hook(CONNECT4).programIds()).containsExactly(160, 109);
        assertThat(node.hook(CONNECT4).captured()).isTrue();
    }

    @Test
    void serviceWithoutBackendIsRefused() {
        Replay replay = replayed(oldFirst(old().serves(service(OTHER)))).connect(OTHER);

        assertThat(replay.outcome())
                .singleElement()
                .isInstanceOfSatisfying(
                        Disposition.Refused.class,
                        refused -> assertThat(refused.errors()).containsExactly(Errno.EPERM, Errno.EHOSTUNREACH));
    }

    @Test
    void programsUpTo112PassWhatLeadsNowhere() {
        Replay replay = replayed(oldFirst(
                        node().generation("old", 27).release(12).serves(VIP).loads(109)))
                .connect(VIP);

        assertThat(replay.outcome()).containsExactly(to(CURRENT));
    }

    @Test
    void missingSlotIsRefusedAndTheOthersStayPossible() {
        Replay replay = replayed(oldFirst(old().serves(service(OTHER).to(STALE).counting(2))))
                .connect(OTHER);

        assertThat(replay.outcomes())
                .extracting(Outcome::share, outcome -> outcome.disposition().getClass())
                .containsExactly(tuple(0.5, Disposition.Connects.class), tuple(0.5, Disposition.Refused.class));
        assertThat(replay.outcome()).contains(to(STALE));
    }

    @Test
    void slotsBeyondTheCountAreNeverChosen() {
        Replay replay = replayed(oldFirst(
                        old().serves(service(OTHER).to(STALE, "172.16.0.8:80").counting(1))))
                .connect(OTHER);

        assertThat(replay.outcome()).containsExactly(to(STALE));
    }

    @Test
    void twoScopesLeadInClusterClientsToTheInternalOne() {
        Replay replay = replayed(oldFirst(old().serves(
                                service(OTHER).marked(TWO_SCOPES).to(STALE))
                        .serves(service(OTHER).marked(TWO_SCOPES).internal().to("172.16.0.8:80"))))
                .connect(OTHER);

        assertThat(replay.outcome()).containsExactly(to("172.16.0.8:80"));
    }

    /** Both generations use id 7, for different backends: a slot is only looked up in its own view. */
    @Test
    void backendIdsAreNeverJoinedAcrossGenerations() {
        assertThat(replayed(oldFirst(old()).backend(7, "172.16.99.99:9999"))
                        .connect(VIP)
                        .outcome())
                .containsExactly(to(STALE));
    }

    /** New services over old backends: a view like any other. */
    @Test
    void partialRegenerationIsFollowedThroughTheProgramsOwnMaps() {
        Replay replay = replayed(andCurrent(old().backend(996, "172.16.5.5:8080"))
                        .loadsOver(170, CONNECT4, 144, 28)
                        .attach(CONNECT4, 170, 160)
                        .kernelRuns(CONNECT4, 170, 160))
                .connect(VIP);

        assertThat(replay.outcome()).containsExactly(to("172.16.5.5:8080"));
        assertThat(replay.affected()).isTrue();
    }

    /** Was: what should be is not known, because the program at post_bind reads current services and no backends. */
    @Test
    void whatShouldBeIsShownByProgramsThatTranslate() {
        for (AttachType other : List.of(AttachType.POST_BIND4, AttachType.GETPEERNAME4, AttachType.BIND4)) {
            Replay replay = ReplayedNode.of(
                            andCurrent(old().attach(CONNECT4, 109))
                                    .loadsOver(
                                            140,
                                            other,
                                            other == AttachType.BIND4 ? new Integer[] {144, 145} : new Integer[] {144})
                                    .attach(other, 140),
                            folder.resolve(other.name()))
                    .connect(VIP);

            assertThat(replay.outcome()).containsExactly(to(STALE));
            assertThat(replay.expected()).containsExactly(to(CURRENT));
            assertThat(replay.affected()).isTrue();
        }
    }

    @Test
    void undumpedMapLeavesTheOutcomeUnknown() {
        ReplayedNode node = replayed(oldFirst(old()).undumped(27));

        assertThat(node.all()).isNotEmpty().allMatch(Replay::isUndecided).noneMatch(Replay::affected);
        assertThat(node.connect(VIP).outcome()).singleElement().isInstanceOf(Disposition.Unknown.class);
    }

    /** The first slot that the old program offers is a service of the current one, with two slots of its own. */
    private static TestNode twoChoices(Protocol protocol) {
        return oldFirst(old().serves(service(OTHER).over(protocol).to("172.17.0.10:80", "172.16.0.9:80")))
                .serves(service("172.17.0.10:80").over(protocol).to("172.16.1.1:80", "172.16.1.2:80"));
    }

    @Test
    void eachProgramDrawsASlotOfItsOwnForTcp() {
        assertThat(replayed(twoChoices(Protocol.TCP)).connect(OTHER).outcomes())
                .extracting(Outcome::disposition, Outcome::share)
                .containsExactly(
                        tuple(to("172.16.1.1:80"), 0.25),
                        tuple(to("172.16.1.2:80"), 0.25),
                        tuple(to("172.16.0.9:80"), 0.5));
    }

    /** The socket's cookie chooses: what took the first slot of two once takes it again. */
    @Test
    void oneSocketChoosesAlikeInEachProgramForUdp() {
        Replay replay = replayed(twoChoices(Protocol.UDP)).ask(CONNECT4, OTHER, Protocol.UDP, Client.UNKNOWN);

        assertThat(replay.outcomes())
                .extracting(Outcome::disposition, Outcome::share)
                .containsExactly(tuple(to("172.16.1.1:80"), 0.5), tuple(to("172.16.0.9:80"), 0.5));
    }
}
