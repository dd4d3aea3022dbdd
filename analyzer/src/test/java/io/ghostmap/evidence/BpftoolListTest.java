package io.ghostmap.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import io.ghostmap.support.Archives;
import io.ghostmap.support.Gaps;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
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

    /** bpftool prints the bytes of a pin's name as they are; whoever may write to a bpffs must not end the list by them. */
    @Test
    void namesOfPinsCanHaveAnyBytes() {
        for (String name : List.of("\u001b[31mred", "\u0001", "bell\u0007", "a\tb", "\u00ff\u00fe", "it's \\\"x\\\"")) {
            String json = "[{\"id\":26,\"type\":\"hash\",\"pinned\":[\"/sys/fs/bpf/" + name + "\"]},"
                    + "{\"id\":27,\"type\":\"hash\"}]";
            Evidence evidence = new Reading()
                    .file(MAPS, json.getBytes(StandardCharsets.ISO_8859_1)) // no UTF-8, for one
                    .evidence();

            assertThat(evidence.bpf().state().maps().byId()).as(name).containsOnlyKeys(26, 27);
            assertThat(evidence.bpf().state().maps().whole()).as(name).isTrue();
        }
    }

    /** 2^63 - 1 seconds are later than any date that Java knows. */
    @Test
    void valuesThatNoKernelPrintsAreUnknownAndNamed() {
        for (String time : List.of("9223372036854775807", "-9223372036854775808", "1e400", "\"soon\"", "-1")) {
            Evidence evidence = new Reading()
                    .file(
                            "bpf/before/programs.json",
                            "[{\"id\":9,\"type\":\"cgroup_sock_addr\",\"loaded_at\":" + time + ",\"map_ids\":[1]},"
                                    + "{\"id\":10,\"loaded_at\":1795000000,\"map_ids\":[99999999999]}]")
                    .evidence();

            assertThat(evidence.bpf().state().programs().byId()).as(time).containsOnlyKeys(9, 10);
            assertThat(evidence.bpf().state().programs().find(9).orElseThrow().loadedAt())
                    .as(time)
                    .isEmpty();
            assertThat(Gaps.lines(evidence.gaps()))
                    .as(time)
                    .contains("bpf/before/programs.json: 2 rows with values that no kernel prints, which are taken as"
                            + " unknown: loaded_at, map_ids");
        }
    }

    /** The collector packs whatever is large. */
    @Test
    void packedMembersAreReadAsPlainOnes() {
        byte[] maps = Archives.gzip("[{\"id\":27}]".getBytes(StandardCharsets.UTF_8));
        Evidence evidence = new Reading()
                .file("bpf/before/maps.json.gz", maps)
                .file("bpf/before/programs.json.gz", Arrays.copyOf(maps, maps.length - 9))
                .file(
                        "bpf/program-dumps/9.json.zst",
                        Zstd.compress(
                                "[{\"disasm\":\"(85) call bpf_get_prandom_u32#7\"}]".getBytes(StandardCharsets.UTF_8)))
                .file("node/uname.txt.gz", Arrays.copyOf(maps, maps.length - 9))
                .file("bpf/before/maps.json", "[{\"id\":28}]")
                .evidence();

        assertThat(evidence.bpf().state().maps().byId()).containsOnlyKeys(27);
        assertThat(evidence.bpf().calls(9)).containsExactly("bpf_get_prandom_u32");
        assertThat(Gaps.lines(evidence.gaps()))
                .contains(
                        "bpf/before/maps.json: is in the bundle twice; the first, bpf/before/maps.json.gz, was read",
                        "bpf/before/programs.json: not valid JSON after 0 rows",
                        "node/uname.txt: cannot be unpacked to its end");
    }

    @Test
    void idsOfTenDigitsAreIds() {
        Evidence evidence = new Reading()
                .file("bpf/map-dumps/2147483647.json", "[]")
                .file("bpf/map-dumps/2147483648.json", "[]")
                .file("bpf/pins.tsv", "/sys/fs/bpf\t/sys/fs/bpf/x\tmap\t2147483647\n")
                .evidence();

        assertThat(evidence.bpf().dumps()).containsOnlyKeys(Integer.MAX_VALUE);
        assertThat(evidence.bpf().pins()).extracting(Pin::id).containsExactly(Integer.MAX_VALUE);
        assertThat(Gaps.lines(evidence.gaps()))
                .contains("bpf/map-dumps/2147483648.json: no map has such an id; it was not read");
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
