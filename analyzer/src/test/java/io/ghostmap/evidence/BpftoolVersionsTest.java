package io.ghostmap.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.support.Gaps;
import io.ghostmap.text.Text;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What bpftool prints differently from version to version, 4.19 to 7.7; numbers are those of the reference's section 8. */
final class BpftoolVersionsTest {
    private static final String MAPS = "bpf/before/maps.json";

    @Test
    void trap01AttachTypeInAnySpelling() {
        Evidence evidence = new Reading()
                .file(
                        "bpf/before/links.json",
                        "[{\"id\":1,\"type\":\"cgroup\",\"prog_id\":5,\"cgroup_id\":1,\"attach_type\":\"connect4\"},"
                                + "{\"id\":2,\"type\":\"cgroup\",\"prog_id\":5,\"cgroup_id\":1,\"attach_type\":\"cgroup_inet4_connect\"},"
                                + "{\"id\":3,\"type\":\"cgroup\",\"prog_id\":5,\"cgroup_id\":1,\"attach_type\":10}]")
                .evidence();

        assertThat(evidence.bpf().state().links().all())
                .extracting(link -> link.attachType().orElseThrow())
                .containsExactly(AttachType.CONNECT4, AttachType.CONNECT4, AttachType.CONNECT4);
        assertThat(AttachType.CONNECT4.shortName()).isEqualTo("connect4");
    }

    @Test
    void trap03AndTrap04SeveredLinkKeepsItsCgroupIdOfZero() {
        Evidence evidence = new Reading()
                .file(
                        "bpf/before/links.json",
                        "[{\"id\":1,\"type\":\"cgroup\",\"prog_id\":5,\"cgroup_id\":0,\"attach_type\":\"connect4\"},"
                                + "{\"id\":2,\"type\":\"cgroup\",\"prog_id\":5,\"cgroup_id\":139,\"attach_type\":\"connect4\"}]")
                .evidence();

        assertThat(evidence.bpf().state().links().all())
                .extracting(link -> link.cgroupId().orElseThrow())
                .containsExactly(0L, 139L);
    }

    @Test
    void trap09ErrorsJoinedByCommasAreSeveralDocuments() {
        Evidence evidence = new Reading()
                .file(
                        MAPS,
                        "{\"error\":\"bpf obj get (/sys/fs/bpf/progs.debug): No such file or directory\"},"
                                + "{\"error\":\"can't get BTF object by id (99999): x\"},{\"id\":181,\"type\":\"hash\"}")
                .evidence();

        assertThat(evidence.bpf().state().maps().byId()).containsOnlyKeys(181);
        assertThat(Gaps.reasons(evidence.gaps()))
                .anyMatch(reason -> reason.contains("progs.debug"))
                .noneMatch(reason -> reason.contains("not valid JSON"));
    }

    @Test
    void trap10ErrorBehindTheEntriesMarksTheDump() {
        MapDump dump = Reading.dump("[{\"key\":[\"0x01\"],\"value\":[\"0x02\"]}],{\"error\":\"can't get next key\"}");

        assertThat(dump.count()).isEqualTo(1);
        assertThat(dump.damage().map(Text::plain)).hasValue("bpftool says: can't get next key");
    }

    @Test
    void trap11MembersWithoutAnObject() {
        Evidence evidence = new Reading()
                .file(
                        "bpf/before/net.json",
                        "[{\"xdp\":[{\"devname\":\"eth0\",\"ifindex\":3,\"mode\":\"driver\",\"id\":226}],"
                                + "\"tc\":[],\"flow_dissector\":[\"id\":237]}]")
                .evidence();

        assertThat(evidence.network().devices())
                .extracting(NetAttachment::programId)
                .containsExactly(226);
        assertThat(Gaps.artifacts(evidence.gaps())).doesNotContain("bpf/before/net.json");
    }

    @Test
    void trap11EntryErrorsOf419() {
        MapDump dump = Reading.dump("[\"key\":[\"0x00\"],\"value\":{\"error\":\"can\\'t lookup element\"},"
                + "{\"key\":[\"0x01\"],\"value\":[\"0x02\"]},"
                + "\"key\":[\"0x03\"],\"value\":{\"error\":\"can\\'t lookup element\"}]");

        assertThat(dump.count()).isEqualTo(1);
        assertThat(dump.vanished()).isEqualTo(2);
        assertThat(dump.damage()).isEmpty();
    }

    @Test
    void trap12FormattedIsNeverEvidence() {
        MapDump dump = Reading.dump("[{\"key\":[\"0x0a\",\"0x60\"],\"value\":[\"0x02\"],\"formatted\":{\"key\":"
                + "{\"address\":1,\"name\":\"a}]\\\"\"},\"value\":{\"\":{\"x\":1},\"\":{\"y\":[2,3]}}}},"
                + "{\"key\":[\"0x0b\",\"0x60\"],\"value\":[\"0x03\"],\"formatted\":{\"value\":9}}]");

        assertThat(dump.count()).isEqualTo(2);
        assertThat(dump.key(1)).containsExactly(0x0b, 0x60);
        assertThat(dump.damage()).isEmpty();
    }

    @Test
    void trap13DumpByNameHoldsSeveralMaps() {
        String json = "[{\"id\":26,\"type\":\"hash\",\"name\":\"cilium_lb4_serv\",\"flags\":1,"
                + "\"elements\":[{\"key\":[\"0x09\"],\"value\":[\"0x09\"]}]},"
                + "{\"id\":27,\"type\":\"hash\",\"elements\":[{\"key\":[\"0x01\"],\"value\":[\"0x02\"]}]}]";

        assertThat(Reading.dump(json).count()).isEqualTo(1);
        assertThat(Reading.dump(json).key(0)).containsExactly(1);
        assertThat(Reading.dump(json.replace("\"id\":27", "\"id\":28")).damage().map(Text::plain))
                .hasValue("has entries of maps [26, 28], but not of map 27");
    }

    @Test
    void trap13MapOfMapsHoldsInnerIds() {
        MapDump dump = Reading.dump(
                "[{\"key\":[\"0x01\",\"0x98\"],\"value\":[\"0x31\",\"0x00\",\"0x00\",\"0x00\"],\"inner_map_id\":49}]");

        assertThat(dump.value(0)).containsExactly(0x31, 0, 0, 0);
        assertThat(dump.damage()).isEmpty();
    }

    /** In a list of kernel 6.18 a map without BTF shows the btf_id of the one before it. */
    @Test
    void trap14StaleBtfIdChangesNothing() {
        String with = "[{\"id\":27,\"type\":\"hash\",\"btf_id\":58},{\"id\":28,\"type\":\"hash\",\"btf_id\":58}]";

        assertThat(new Reading()
                        .file(MAPS, with)
                        .evidence()
                        .bpf()
                        .state()
                        .maps()
                        .byId())
                .isEqualTo(new Reading()
                        .file(MAPS, with.replace(",\"btf_id\":58", ""))
                        .evidence()
                        .bpf()
                        .state()
                        .maps()
                        .byId());
    }

    @Test
    void trap15NoPinAnywhereMeansThatPinsWereNotSeen() {
        assertThat(new Reading()
                        .file(MAPS, "[{\"id\":27,\"type\":\"hash\"}]")
                        .evidence()
                        .bpf()
                        .pinsVisible())
                .isFalse();
        assertThat(new Reading()
                        .file(MAPS, "[{\"id\":27,\"pinned\":[]},{\"id\":28,\"pinned\":[\"/sys/fs/bpf/x\"]}]")
                        .evidence()
                        .bpf()
                        .pinsVisible())
                .isTrue();
    }

    @Test
    void trap16EmptyEffectiveListOfBpftool70SaysNothing() {
        Map<String, Boolean> known = Map.of("7.0.0", false, "7.1.0", true);
        known.forEach((version, taken) -> {
            String printed = "{\"version\":\"" + version + "\",\"features\":{}}";
            // Collectors up to 0.2.0 put what bpftool printed into an object of their own.
            for (String file : List.of(printed, "{\"path\":\"/usr/sbin/bpftool\",\"version\":" + printed + "}")) {
                Evidence evidence = new Reading()
                        .file("bpf/cgroups/effective/82.json", "[]")
                        .file("bpf/version.json", file)
                        .evidence();

                assertThat(evidence.cgroups().effective().containsKey(82L))
                        .as(file)
                        .isEqualTo(taken);
            }
        });
    }

    @Test
    void trap16TcxRowsOfACgroupAreDropped() {
        Evidence evidence = new Reading()
                .file(
                        "bpf/cgroups/tree.json",
                        "[{\"cgroup\":\"/c\",\"programs\":[{\"id\":223,\"attach_type\":\"tcx_ingress\",\"attach_flags\":\"\"}]},"
                                + "{\"cgroup\":\"/d\",\"programs\":[]}]")
                .evidence();

        assertThat(evidence.cgroups().attached().get(0).programs()).isEmpty();
        assertThat(Gaps.lines(evidence.gaps()))
                .contains("bpf/cgroups/tree.json: programs of /d could not be read (no privilege)");
    }

    @Test
    void trap17NameIsAbsentWhenEmpty() {
        Evidence evidence = new Reading()
                .file(MAPS, "[{\"id\":27,\"type\":\"lru_hash\",\"bytes_key\":16,\"bytes_value\":8}]")
                .evidence();

        assertThat(evidence.bpf().state().maps().find(27).orElseThrow().name()).isEmpty();
    }

    @Test
    void typesThatBpftoolDoesNotKnowAreNumbers() {
        Evidence evidence = new Reading()
                .file(MAPS, "[{\"id\":27,\"type\":11},{\"id\":28,\"type\":77}]")
                .file("bpf/before/programs.json", "[{\"id\":5,\"type\":18,\"map_ids\":[27]}]")
                .evidence();

        assertThat(evidence.bpf().state().maps().all()).extracting(BpfMap::type).containsExactly("lpm_trie", "77");
        assertThat(evidence.bpf().state().programs().all())
                .extracting(BpfProgram::type)
                .containsExactly("cgroup_sock_addr");
    }

    /** The quick way and the JSON parser read the same from every text: rows, sizes, and what is said of damage. */
    @Test
    void quickReaderAgreesWithTheJsonParser() throws Exception {
        long seed = 20_261_125;
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 3_000; i++) {
            int damage = random.nextInt(4);
            // What stands in formatted is no evidence: the quick way does not look whether it is JSON.
            byte[] text = document(random, damage == 2 ? 5 : 6).getBytes(StandardCharsets.UTF_8);
            if (damage == 1) {
                text = Arrays.copyOf(text, random.nextInt(text.length + 1));
            } else if (damage == 2) {
                text[random.nextInt(text.length)] = (byte) "\"{}[],:0xag \n".charAt(random.nextInt(13));
            }
            MapDump quick = MapDumpReader.read(27, "f", new ByteArrayInputStream(text), RowFilter.ALL);
            MapDump slow = MapDumpReader.readSlowly(27, "f", new ByteArrayInputStream(text));
            String as = "seed " + seed + ", case " + i + ": " + new String(text, StandardCharsets.UTF_8);
            assertThat(quick.count()).as(as).isEqualTo(slow.count());
            for (int row = 0; row < quick.count(); row++) {
                assertThat(quick.key(row)).as(as).isEqualTo(slow.key(row));
                assertThat(quick.value(row)).as(as).isEqualTo(slow.value(row));
            }
            assertThat(quick.vanished()).as(as).isEqualTo(slow.vanished());
            assertThat(quick.damage()).as(as).isEqualTo(slow.damage());
        }
    }

    private static String document(SplittableRandom random, int shapes) {
        StringBuilder json = new StringBuilder("[");
        for (int row = random.nextInt(6); row > 0; row--) {
            json.append(json.length() > 1 ? "," : "")
                    .append("{\"key\":")
                    .append(hex(random, 3))
                    .append(",\"value\":");
            switch (random.nextInt(shapes)) {
                case 0 -> json.append("{\"error\":\"No such file or directory\"}}");
                case 5 -> json.append(hex(random, 2)).append(",\"formatted\":{\"key\":{\"a\":1},\"value\":[\"}\"]}}");
                case 2 -> json.append(hex(random, random.nextInt(1, 4))).append('}');
                default -> json.append(hex(random, 2)).append('}');
            }
        }
        return json.append("]\n").toString();
    }

    private static String hex(SplittableRandom random, int bytes) {
        StringBuilder text = new StringBuilder("[");
        for (int i = 0; i < bytes; i++) {
            text.append(i == 0 ? "" : ",").append("\"0x%02x\"".formatted(random.nextInt(256)));
        }
        return text.append(']').toString();
    }

    /** Larger than every buffer, so that rows lie across their borders. */
    @Test
    void dumpOfManyRowsIsWhole() {
        SplittableRandom random = new SplittableRandom(7);
        StringBuilder json = new StringBuilder("[");
        for (int i = 0; i < 20_000; i++) {
            json.append(i == 0 ? "" : ",")
                    .append("{\"key\":[\"0x%02x\",\"0x%02x\"],\"value\":".formatted(i & 0xff, i >> 8))
                    .append(hex(random, 2))
                    .append('}');
        }
        String whole = json.append("]\n").toString();

        assertThat(Reading.dump(whole).count()).isEqualTo(20_000);
        assertThat(Reading.dump(whole).damage()).isEmpty();
        assertThat(Reading.dump(whole.substring(0, whole.length() / 2)).damage().map(Text::plain))
                .hasValueSatisfying(damage -> assertThat(damage).matches("ends early, after \\d+ entries"));
    }
}
