package io.ghostmap.cli;

import static io.ghostmap.support.TestNode.node;
import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.evidence.AttachType;
import io.ghostmap.support.Repository;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands for an engineer's single questions, on the founding sample. */
final class QuestionsTest {
    private static final String SAMPLE = Repository.sample("stale-generation").toString();
    private static final String ROOT = "/sys/fs/cgroup";
    private static final String UNTRANSLATED = Repository.sample("untranslated").toString();

    @TempDir
    private Path folder;

    @Test
    void explainPrintsTheChainWithItsMapsAndKeys() {
        String text = ask("explain", SAMPLE, "172.17.93.4:8080");

        assertThat(text)
                .contains("at connect4 of /sys/fs/cgroup")
                .containsPattern("1\\. program \\d+ cil_sock4_connect \\(services map \\d+, NOT current\\)")
                .contains("sees 172.17.93.4:8080, rewrites it to 172.16.149.220:8080")
                .contains("key ac 11 5d 04 1f 90 00 00 06 00 00 00")
                .contains("has no entry for it and passes it unchanged")
                .contains("goes to      172.16.149.220:8080")
                .contains("should go to 172.16.109.127:8080   <- differs");
    }

    @Test
    void programBehindOneWithTwoBackendsPassesBoth() {
        assertThat(ask("explain", SAMPLE, "172.17.59.156:3306"))
                .containsPattern("sees [0-9.:]+ or [0-9.:]+,\\s+has\\s+no\\s+entry\\s+for\\s+it\\s+and\\s+passes");
    }

    /** All programs of a hook run, whatever an earlier one returned; what the later ones do is lost with the connect. */
    @Test
    void programAfterARefusalRunsAndChangesNothing() {
        assertThat(ask("explain", SAMPLE, "172.17.66.195:6379"))
                .containsPattern("1\\. program \\d+ .*\n {5}sees 172\\.17\\.66\\.195:6379, refuses the connection")
                .containsPattern("2\\. program \\d+ .*\n {5}runs as well, but connect\\(\\) is already refused")
                .doesNotContain("sees ,")
                .contains("refused: the service has no backend (EHOSTUNREACH)");
    }

    @Test
    void explainSaysOfAForeignProgramOnlyThatItsEffectIsNotKnown() {
        Path node = node().generation("current")
                .pinned()
                .serves("10.96.0.10:80", "10.0.2.2:80")
                .runs(160)
                .program(55, "watch")
                .attach(AttachType.CONNECT4, 55)
                .write(folder);

        assertThat(ask("explain", node.toString(), "10.96.0.10:80"))
                .contains("program 55 watch (not the load balancer's; its effect is not known)")
                .contains("     sees 10.0.2.2:80\n")
                .doesNotContain("has no entry");
    }

    @Test
    void explainFollowsTheNearestCapturedCgroup() {
        String nearest = ask("explain", SAMPLE, "172.17.93.4:8080", "--cgroup", "/sys/fs/cgroup/kubepods.slice/any");

        assertThat(nearest).isEqualTo(ask("explain", SAMPLE, "172.17.93.4:8080/tcp"));
    }

    @Test
    void cgroupWithoutProgramsLeavesTheAddress() {
        assertThat(ask("explain", UNTRANSLATED, "172.17.93.4:8080", "--cgroup", "/sys/fs/cgroup"))
                .contains("at connect4 of /sys/fs/cgroup")
                .contains("no program is attached: the kernel keeps the address")
                .containsPattern("\n {7}bpf/cgroups/effective/\\d+\\.json {2}whole list {2}no program\n")
                .containsPattern("\n {7}node/cgroups\\.tsv {2}inode \\d+ {2}/sys/fs/cgroup /\n")
                .doesNotContain("note:")
                .contains("goes to      172.17.93.4:8080 (untranslated)")
                .contains("<- differs")
                .contains("to where it goes");
    }

    @Test
    void treeAloneShowsThatNoProgramIsAttached() {
        assertThat(ask("explain", besideAPod().toString(), "10.96.0.10:80", "--cgroup", ROOT))
                .contains("no program is attached")
                .contains("bpf/cgroups/tree.json  whole list  none at connect4 of /sys/fs/cgroup or above it")
                .contains("node/cgroups.tsv  inode 101  /sys/fs/cgroup /")
                .contains("note: bpf/cgroups/effective/101.json: absent");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bpf/cgroups/effective/101.json", "bpf/cgroups/tree.json"})
    void listThatIsCutShowsNothingByWhatItLacks(String list) throws IOException {
        Path node = besideAPod();
        Path cut = node.resolve(list);
        String whole = Files.exists(cut) ? Files.readString(cut) : "[{\"id\": 9}]";
        Files.writeString(cut, whole.substring(0, whole.length() - 2));
        boolean treeIsWhole = !list.endsWith("tree.json");

        String text = ask("explain", node.toString(), "10.96.0.10:80", "--cgroup", ROOT);

        assertThat(text).contains(list + ": ").contains("bpf/cgroups/effective/101.json: ");
        if (treeIsWhole) {
            assertThat(text).contains("bpf/cgroups/tree.json  whole list").contains("note: " + list);
        } else {
            assertThat(text).startsWith("not known").doesNotContain("no program is attached");
        }
    }

    /** With a list of the root's own, what became of the tree does not matter. */
    @Test
    void kernelsOwnListNeedsNoTree() throws IOException {
        Path node = besideAPod();
        Files.writeString(node.resolve("bpf/cgroups/effective/101.json"), "[]");
        Files.delete(node.resolve("bpf/cgroups/tree.json"));

        assertThat(ask("explain", node.toString(), "10.96.0.10:80", "--cgroup", ROOT))
                .contains("bpf/cgroups/effective/101.json  whole list  no program")
                .doesNotContain("tree.json");
    }

    @Test
    void withoutAnyListNothingIsTold() throws IOException {
        Path node = besideAPod();
        Files.delete(node.resolve("bpf/cgroups/tree.json"));

        assertThat(ask("explain", node.toString(), "10.96.0.10:80", "--cgroup", ROOT))
                .startsWith("not known")
                .contains("note: bpf/cgroups/effective/101.json: absent\nnote: bpf/cgroups/tree.json: absent\n");
    }

    /** Programs for one pod's sockets only: beside it, at the root, there are none. */
    private Path besideAPod() {
        return node().generation("only", 11)
                .pinned()
                .serves("10.96.0.10:80", "10.0.0.5:8080")
                .at(ROOT + "/pod")
                .runs(21)
                .kernelRuns(AttachType.CONNECT4, 21)
                .text("node/cgroups.tsv", "#mount\tinode\tpath\n" + ROOT + "\t101\t/\n" + ROOT + "\t100\t/pod\n")
                .write(folder);
    }

    @Test
    void synsAreNoEvidenceOfDatagramsToTheSameAddress() {
        assertThat(ask("explain", UNTRANSLATED, "172.17.93.4:8080/udp", "--cgroup", "/sys/fs/cgroup"))
                .contains("at sendmsg4 of /sys/fs/cgroup")
                .doesNotContain("SYN frames");
    }

    @Test
    void cgroupThatTheBundleDoesNotNameIsNotJudged() {
        assertThat(ask("explain", UNTRANSLATED, "172.17.93.4:8080", "--cgroup", "/sys/fs/cgroup/nobody"))
                .startsWith("not known: no captured hook handles 172.17.93.4:8080/TCP for sockets of"
                        + " /sys/fs/cgroup/nobody,")
                .contains("note: node/cgroups.tsv: does not list it\n");
    }

    @Test
    void addressThatIsNoServicePassesAll() {
        assertThat(ask("explain", SAMPLE, "10.9.9.9:1"))
                .contains("goes to      10.9.9.9:1 (untranslated)")
                .doesNotContain("differs");
    }

    @ParameterizedTest
    @ValueSource(strings = {"172.17.93.4", "172.17.93.4:8080/any", "host:80", "172.17.93.4:99999"})
    void whatIsNoAddressIsWrongUsage(String address) {
        StringWriter err = new StringWriter();

        assertThat(Main.run(new PrintWriter(new StringWriter()), new PrintWriter(err), "explain", SAMPLE, address))
                .isEqualTo(2);
        assertThat(err.toString()).contains("not an address with a port: '" + address + "'");
    }

    @Test
    void mapsTellsTheGenerationsApart() {
        assertThat(ask("maps", SAMPLE))
                .containsPattern("services/IPv4 +\\d+ +no ")
                .containsPattern("services/IPv4 +\\d+ +yes ")
                .contains("pinned where the agent keeps its maps");
    }

    @Test
    void hooksPrintsTheRunOrder() {
        assertThat(ask("hooks", SAMPLE))
                .containsPattern(
                        "(?s)connect4 of /sys/fs/cgroup\n.*?\n1  \\d+ .*NOT current +no link.*?\n2  \\d+ .*current maps +link");
    }

    @Test
    void tablesFitHundredColumns() {
        for (String text :
                List.of(ask("maps", SAMPLE), ask("hooks", SAMPLE), ask("explain", SAMPLE, "172.17.93.4:8080"))) {
            assertThat(text.lines()).allMatch(line -> line.length() <= 100);
        }
    }

    private static String ask(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = Main.run(new PrintWriter(out), new PrintWriter(err), args);
        assertThat(status).as(err.toString()).isZero();
        return out.toString();
    }
}
