package io.ghostmap.diagnosis;

import static io.ghostmap.evidence.AttachType.CONNECT4;
import static io.ghostmap.evidence.AttachType.GETPEERNAME4;
import static io.ghostmap.support.Attempt.attempt;
import static io.ghostmap.support.TestNode.POD;
import static io.ghostmap.support.TestNode.ROOT;
import static io.ghostmap.support.TestNode.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.datapath.Attachment.Via;
import io.ghostmap.replay.HookProgram;
import io.ghostmap.support.TestNode;
import io.ghostmap.text.Term;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is taken off a node, and above all what is not. */
final class StaleProgramRemedyTest {
    private static final String VIP = "172.17.93.4:8080";
    private static final String DEAD = "172.16.149.220:8080";
    private static final String ALIVE = "172.16.109.127:8080";
    private static final String PODS = ROOT + "/kubepods.slice";
    private static final String SECOND_BPFFS = "/run/cilium/bpffs";

    @TempDir
    private Path folder;

    /** Program 109 reads the old generation, program 160 the new one. */
    private static TestNode twoGenerations() {
        return node().generation("old", 27)
                .serves(VIP, DEAD)
                .loads(109)
                .generation("new", 144)
                .pinned()
                .serves(VIP, ALIVE)
                .loads(160)
                .text(
                        "node/mountinfo",
                        "36 29 0:31 / /sys/fs/bpf rw - bpf bpf rw\n37 29 0:32 / " + SECOND_BPFFS + " rw - bpf bpf rw\n")
                .sees(attempt("10.0.0.1", DEAD).unanswered());
    }

    /**
     * Program 110 at getpeername4 reads the current services, and what the old connect program noted of its sockets; 161 reads
     * what the current one noted.
     */
    private static TestNode partialRegeneration() {
        return node().generation("old", 27)
                .backend(1, DEAD)
                .generation("new", 144)
                .pinned()
                .serves(VIP, ALIVE)
                .has("cilium_lb4_reverse_sk")
                .map(29, "lru_hash", "cilium_lb4_reve", 16, 8, "")
                .program(109, "cil_sock4_connect", 144, 28, 29)
                .program(110, "cil_sock4_getpeername", 144, 29)
                .program(160, "cil_sock4_connect", 144, 145, 146)
                .program(161, "cil_sock4_getpeername", 144, 146)
                .attach(CONNECT4, 109, 160)
                .sees(attempt("10.0.0.1", DEAD).unanswered());
    }

    @Test
    void reverseProgramsOfAStaleChainAreTakenOffAfterTheForwardOnes() throws UnreadableBundleException {
        Diagnosed node = diagnose(partialRegeneration().attach(GETPEERNAME4, 110, 161));

        assertThat(detached(node))
                .extracting(Action.DetachProgram::hook, Action.DetachProgram::program)
                .containsExactly(tuple(CONNECT4, 109), tuple(GETPEERNAME4, 110));
        assertThat(node.incident().hooks())
                .filteredOn(hook -> hook.attachType() == GETPEERNAME4)
                .flatExtracting(hook -> hook.programs())
                .extracting(program ->
                        node.incident().datapath().readsStale(program.view().orElseThrow(), GETPEERNAME4))
                .containsExactly(true, false);
    }

    @Test
    void reverseProgramStaysIfNoCurrentOneWouldTakeItsPlace() throws UnreadableBundleException {
        Diagnosed node = diagnose(partialRegeneration().attach(GETPEERNAME4, 110));

        assertThat(detached(node)).extracting(Action.DetachProgram::program).containsExactly(109);
        assertThat(node.finding("SLB-01").orElseThrow().remedy())
                .as("the step says what stays")
                .anySatisfy(step -> assertThat(Diagnosed.terms(step.effect())).contains(Term.program(110)));
    }

    @Test
    void nothingIsDetachedIfNoCurrentProgramWouldStay() throws UnreadableBundleException {
        Diagnosed node = diagnose(twoGenerations().attach(CONNECT4, 109).kernelRuns(CONNECT4, 109));

        assertThat(node.verdict()).isEqualTo(Verdict.Level.CRITICAL);
        assertThat(detached(node)).isEmpty();
        assertThat(node.changes())
                .hasOnlyElementsOfTypes(Action.DrainNode.class, Action.Reboot.class)
                .isNotEmpty();
        assertThat(node.actions()).contains(Action.Look.CGROUP_TREE, Action.Look.AGENT_PODS);
    }

    @Test
    void detachNamesTheCgroupWhereTheProgramIsAttached() throws UnreadableBundleException {
        Diagnosed node = diagnose(twoGenerations()
                .attach(CONNECT4, 160)
                .at(PODS)
                .attach(CONNECT4, 109)
                .at(POD)
                .kernelRuns(CONNECT4, 109, 160));

        assertThat(detached(node)).singleElement().satisfies(detach -> {
            assertThat(detach.cgroup().directory()).isEqualTo(PODS);
            assertThat(detach.command().plain()).isEqualTo("bpftool cgroup detach " + PODS + " connect4 id 109");
        });
    }

    /** There the kernel takes off whatever program is attached, whatever id it is given. */
    @Test
    void exclusiveFlagIsNamedInThePrecondition() throws UnreadableBundleException {
        RemedyStep shared = detachStep(diagnose(twoGenerations()
                .at(PODS)
                .attach("multi", CONNECT4, 109)
                .at(ROOT)
                .attach(CONNECT4, 160)
                .at(PODS)
                .kernelRuns(CONNECT4, 109, 160)));
        RemedyStep exclusive = detachStep(diagnose(twoGenerations()
                .at(PODS)
                .attach("", CONNECT4, 109)
                .at(ROOT)
                .attach(CONNECT4, 160)
                .at(PODS)
                .kernelRuns(CONNECT4, 109, 160)));

        assertThat(exclusive.actions()).isEqualTo(shared.actions());
        assertThat(exclusive.precondition()).isNotEqualTo(shared.precondition());
        assertThat(Diagnosed.terms(exclusive.precondition())).contains(Terms.hook(CONNECT4));
    }

    @Test
    void onlyPinsBelowABpffsAreRemoved() throws UnreadableBundleException {
        for (String evil : List.of(
                "/etc/shadow", SECOND_BPFFS + "/../../../etc/shadow", SECOND_BPFFS + "/./x", "/sys/fs/bpf/a b")) {
            Diagnosed node = diagnose(twoGenerations()
                    .link(12, CONNECT4, 109, evil)
                    .pinnedLink(13, CONNECT4, 160)
                    .kernelRuns(CONNECT4, 109, 160));

            assertThat(node.changes())
                    .contains(new Action.DetachLink(12))
                    .doesNotHaveAnyElementsOfTypes(Action.RemovePin.class);
            assertThat(node.actions())
                    .extracting(action -> action.command().plain())
                    .noneMatch(c -> c.contains(evil));
        }
    }

    @Test
    void pinInASecondBpffsIsRemovedUnderAGuard() throws UnreadableBundleException {
        Diagnosed node = diagnose(twoGenerations()
                .link(12, CONNECT4, 109, SECOND_BPFFS + "/links/x")
                .pinnedLink(13, CONNECT4, 160)
                .kernelRuns(CONNECT4, 109, 160));

        assertThat(node.changes()).contains(new Action.RemovePin(new PinPath(SECOND_BPFFS + "/links/x")));
        assertThat(new Action.RemovePin(new PinPath("/run/x")).command().plain())
                .isEqualTo("[ \"$(stat -f -c %T /run/x)\" = bpf_fs ] && rm /run/x");
    }

    @Test
    void severedLinkAndCgroupTreeContradictEachOther() throws UnreadableBundleException {
        Diagnosed node = diagnose(twoGenerations()
                .attach(CONNECT4, 109, 160)
                .kernelRuns(CONNECT4, 109, 160)
                .text(
                        "bpf/before/links.json",
                        "[{\"id\":12,\"type\":\"cgroup\",\"prog_id\":109,\"cgroup_id\":0,"
                                + "\"attach_type\":\"cgroup_inet4_connect\"}]"));

        HookProgram first = node.incident().hooks().get(0).programs().get(0);
        assertThat(first.attachment()).map(attachment -> attachment.via()).contains(Via.UNKNOWN);
        assertThat(detached(node)).isEmpty();
        assertThat(node.actions()).contains(new Action.FindLinkOf(109));
    }

    private static List<Action.DetachProgram> detached(Diagnosed node) {
        return node.actions().stream()
                .filter(Action.DetachProgram.class::isInstance)
                .map(Action.DetachProgram.class::cast)
                .toList();
    }

    private static RemedyStep detachStep(Diagnosed node) {
        return node.finding("SLB-01").orElseThrow().remedy().stream()
                .filter(step -> step.actions().stream().anyMatch(Action.DetachProgram.class::isInstance))
                .findFirst()
                .orElseThrow();
    }

    private Diagnosed diagnose(TestNode node) throws UnreadableBundleException {
        return Diagnosed.of(node, folder);
    }
}
