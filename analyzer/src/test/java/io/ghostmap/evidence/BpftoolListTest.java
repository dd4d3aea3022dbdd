package io.ghostmap.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.support.Gaps;
import org.junit.jupiter.api.Test;

/** bpftool's lists with all that its versions do to them. */
final class BpftoolListTest {
    private static final String MAPS = "bpf/before/maps.json";

    @Test
    void mapRow() {
        BpfMap map = new Reading()
                .file(
                        MAPS,
                        "[{\"id\":27,\"type\":\"hash\",\"name\":\"cilium_lb4_serv\",\"flags\":1,\"bytes_key\":12,\"bytes_value\":12,"
                                + "\"max_entries\":65536,\"bytes_memlock\":18446744073709551615,\"frozen\":0,\"pinned\":[\"/sys/fs/bpf/x\"]}]")
                .evidence()
                .bpf()
                .state()
                .maps()
                .find(27)
                .orElseThrow();

        assertThat(map.name()).isEqualTo("cilium_lb4_serv");
        assertThat(map.keyBytes()).isEqualTo(12);
        assertThat(map.pins()).containsExactly("/sys/fs/bpf/x");
        assertThat(map.source().locator()).isEqualTo("map id 27");
    }

    @Test
    void errorInTheMiddleOfAList() {
        Evidence evidence = new Reading()
                .file(
                        MAPS,
                        "[{\"id\":27},{\"id\":28},{\"error\":\"can't get map by id (29): Operation not permitted\"}]")
                .evidence();

        assertThat(evidence.bpf().state().maps().byId()).containsOnlyKeys(27, 28);
        assertThat(Gaps.lines(evidence.gaps()))
                .contains(MAPS + ": bpftool says: can't get map by id (29): Operation not permitted");
    }

    @Test
    void noPrivilegeIsNotAnEmptyList() {
        Evidence evidence = new Reading()
                .file(MAPS, "[{\"error\":\"can't get next map: Operation not permitted\"}]")
                .evidence();

        assertThat(evidence.bpf().state().maps().captured()).isFalse();
    }

    @Test
    void emptyListIsAnAnswer() {
        assertThat(new Reading()
                        .file("bpf/before/links.json", "[]\n")
                        .evidence()
                        .bpf()
                        .state()
                        .links()
                        .captured())
                .isTrue();
    }

    @Test
    void nothingAtAllIsNoAnswer() {
        for (String output : new String[] {"", "null\n"}) {
            Evidence evidence =
                    new Reading().file("bpf/before/links.json", output).evidence();

            assertThat(evidence.bpf().state().links().captured()).isFalse();
            assertThat(Gaps.lines(evidence.gaps()))
                    .contains("bpf/before/links.json: empty: the command failed or was stopped");
        }
    }

    @Test
    void listCutMidTokenKeepsItsRows() {
        Evidence evidence = new Reading()
                .file(MAPS, "[{\"id\":27,\"type\":\"hash\"},{\"id\":28,\"na")
                .evidence();

        assertThat(evidence.bpf().state().maps().byId()).containsOnlyKeys(27);
        assertThat(Gaps.reasons(evidence.gaps())).contains("not valid JSON after 1 rows");
    }

    @Test
    void documentsBehindOneAnother() {
        Evidence evidence = new Reading()
                .file(MAPS, "{\"error\":\"x\"}\n{\"id\":27}{\"id\":28}")
                .evidence();

        assertThat(evidence.bpf().state().maps().byId()).containsOnlyKeys(27, 28);
    }

    @Test
    void escapedApostropheOfOldVersions() {
        Evidence evidence =
                new Reading().file(MAPS, "[{\"id\":27,\"name\":\"it\\'s\"}]").evidence();

        assertThat(evidence.bpf().state().maps().find(27)).map(BpfMap::name).contains("it's");
    }

    @Test
    void bothSpellingsOfAnAttachType() {
        Evidence evidence = new Reading()
                .file(
                        "bpf/cgroups/tree.json",
                        "[{\"cgroup\":\"/sys/fs/cgroup\",\"programs\":[{\"id\":1,\"attach_type\":\"connect4\"},"
                                + "{\"id\":2,\"attach_type\":\"cgroup_inet4_connect\"},{\"id\":3,\"attach_type\":\"tcx_ingress\"}]}]")
                .evidence();

        assertThat(evidence.cgroups().attached().get(0).programs())
                .extracting(AttachedProgram::programId)
                .containsExactly(1, 2);
        assertThat(evidence.cgroups().attached().get(0).programs())
                .extracting(AttachedProgram::attachType)
                .containsOnly(AttachType.CONNECT4);
    }

    @Test
    void emptyOutputOfCgroupShowMeansNone() {
        Evidence evidence =
                new Reading().file("bpf/cgroups/effective/82.json", "").evidence();

        assertThat(evidence.cgroups().effective().values())
                .singleElement()
                .satisfies(list -> assertThat(list.programs()).isEmpty());
        assertThat(Gaps.artifacts(evidence.gaps())).doesNotContain("bpf/cgroups/effective/82.json");
    }

    @Test
    void lbListOfSeveralCiliumVersions() {
        Evidence evidence = new Reading()
                .file(
                        "cilium/lb-list.json",
                        "{\"172.17.93.4:8080/TCP (0)\":[\"0.0.0.0:0 (408) (0) [ClusterIP, non-routable]\"],"
                                + "\"172.17.93.4:8080/TCP (1)\":[\"172.16.109.127:8080/TCP (408) (1)\"],"
                                + "\"10.0.0.1:53 (1)\":[\"10.1.0.1:53 (2) (1)\"],"
                                + "\"10.0.0.1:443/TCP/i (1)\":[\"10.1.0.9:443 (2) (1)\"]}")
                .evidence();

        assertThat(evidence.agent().bpfServices())
                .extracting(claim -> claim.frontend() + "/" + claim.protocol() + " " + claim.backends())
                .containsExactly("172.17.93.4:8080/TCP [172.16.109.127:8080]", "10.0.0.1:53/ANY [10.1.0.1:53]");
    }
}
