import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/**
 * Writes the unpacked bundle of a large node: two generations of service maps, a conntrack dump beside them, and a small
 * capture, in bpftool's own shapes; one seed gives the same bytes on every machine.
 *
 * <pre>java NodeGenerator.java SERVICES CONNTRACK_ENTRIES SEED FOLDER [sessions]</pre>
 *
 * <p>Five backends a service. Of a hundred services five lead elsewhere in the old generation, one stands in the old one
 * alone and one in the new one alone. With {@code sessions} all services keep their clients, and full tables of clients and
 * sockets stand beside them.
 */
final class NodeGenerator {
    private static final int BACKENDS = 5;
    private static final int TCP = 6;

    private final SplittableRandom random;
    private final Path folder;
    private static final int AFFINITY = 0x10;
    private static final int SESSIONS = 65_536;
    private static final int SOCKETS = 100_000;
    private static final long FIRST_COOKIE = 0x10_0000;

    private final int services;
    private final boolean sessions;
    private final StringBuilder maps = new StringBuilder("[");
    private final ByteBuffer key = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    private final ByteBuffer value = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);

    private NodeGenerator(int services, long seed, Path folder, boolean sessions) {
        this.services = services;
        this.sessions = sessions;
        this.random = new SplittableRandom(seed);
        this.folder = folder;
    }

    public static void main(String[] args) throws IOException {
        NodeGenerator generator =
                new NodeGenerator(Integer.parseInt(args[0]), Long.parseLong(args[2]), Path.of(args[3]), args.length > 4);
        generator.node(Integer.parseInt(args[1]));
    }

    private void node(int connections) throws IOException {
        generation(27, true);
        generation(144, false);
        conntrack(200, connections);
        if (sessions) {
            sessions(27, true);
            sessions(144, false);
            sockets();
        }
        text("bpf/before/maps.json", maps.append("]\n").toString());
        text("bpf/after/maps.json", maps.toString());
        String programs = "[" + program(109, "cil_sock4_connect", 27) + "," + program(110, "cil_sock4_sendmsg", 27) + ","
                + program(160, "cil_sock4_connect", 144) + "," + program(161, "cil_sock4_sendmsg", 144) + "]\n";
        text("bpf/before/programs.json", programs);
        text("bpf/after/programs.json", programs);
        text("bpf/before/links.json", "[]\n");
        text("bpf/after/links.json", "[]\n");
        String rows = attached(109, "cgroup_inet4_connect") + "," + attached(160, "cgroup_inet4_connect") + ","
                + attached(110, "cgroup_udp4_sendmsg") + "," + attached(161, "cgroup_udp4_sendmsg");
        text("bpf/cgroups/tree.json", "[{\"cgroup\":\"/sys/fs/cgroup\",\"programs\":[" + rows + "]}]\n");
        text("bpf/cgroups/effective/1.json", "[" + rows + "]\n");
        text("node/cgroups.tsv", "#mount\tinode\tpath\n/sys/fs/cgroup\t1\t/\n");
        text("cilium/config.txt", "BPFSocketLBHostnsOnly             : false\n");
        text("node/uname.txt", "Linux bench 6.18.0 #1 SMP x86_64 GNU/Linux\n");
        text("bpf/holders.tsv", "#pid\tcommand\tfd\tkind\tid\n4242\tcilium-agent\t12\tmap\t144\n");
        text("bpf/pins.tsv", "#mount\tpath\tkind\tid\n");
        text(
                "manifest.json",
                "{\"format\":1,\"node\":\"bench\",\"collector\":{\"name\":\"NodeGenerator\",\"version\":\"1\"}}\n");
        capture();
    }

    private String program(int id, String name, int map) {
        String maps = map + "," + (map + 1) + (sessions ? "," + (map + 3) + "," + (map + 4) + "," + (map + 5) : "");
        return ("{\"id\":%d,\"type\":\"cgroup_sock_addr\",\"name\":\"%s\",\"tag\":\"0123456789abcdef\","
                        + "\"loaded_at\":%d,\"uid\":0,\"map_ids\":[%s],\"pinned\":[]}")
                .formatted(id, name, 1_795_000_000 + id, maps);
    }

    private static String attached(int program, String type) {
        return "{\"id\":%d,\"attach_type\":\"%s\",\"attach_flags\":\"multi\",\"name\":\"p\"}".formatted(program, type);
    }

    /** Services, backends and reverse NAT; the old generation has ids, some services and some backends of its own. */
    private void generation(int firstMap, boolean old) throws IOException {
        map(firstMap, "hash", "cilium_lb4_serv", 12, 12, 262_144, old ? "" : "cilium_lb4_services_v2");
        map(firstMap + 1, "hash", "cilium_lb4_back", 4, 12, 262_144, old ? "" : "cilium_lb4_backends_v3");
        map(firstMap + 2, "hash", "cilium_lb4_reve", 2, 6, 65_536, old ? "" : "cilium_lb4_reverse_nat");
        int rows = services * (BACKENDS + 1);
        try (Dump dump = new Dump(firstMap)) {
            for (int row : shuffled(rows)) {
                int service = row / (BACKENDS + 1);
                int slot = row % (BACKENDS + 1);
                serviceKey(number(service, old), slot);
                value.clear();
                value.putInt(slot == 0 ? 1 << 24 : backendId(service, slot, old));
                value.putShort((short) (slot == 0 ? BACKENDS : 0));
                value.order(ByteOrder.BIG_ENDIAN).putShort((short) (service + 1)).order(ByteOrder.LITTLE_ENDIAN);
                value.put((byte) (sessions ? AFFINITY : 0)).put((byte) 0).putShort((short) 0);
                dump.row(key, value);
            }
        }
        try (Dump dump = new Dump(firstMap + 1)) {
            for (int row : shuffled(services * BACKENDS)) {
                int service = row / BACKENDS;
                int slot = row % BACKENDS + 1;
                key.clear();
                key.putInt(backendId(service, slot, old));
                value.clear();
                value.order(ByteOrder.BIG_ENDIAN);
                value.putInt(backendAddress(service, slot, old)).putShort((short) 8080).put((byte) TCP).put((byte) 0);
                value.putInt(0).order(ByteOrder.LITTLE_ENDIAN);
                dump.row(key, value);
            }
        }
        try (Dump dump = new Dump(firstMap + 2)) {
            for (int service : shuffled(services)) {
                key.clear();
                key.order(ByteOrder.BIG_ENDIAN).putShort((short) (service + 1)).order(ByteOrder.LITTLE_ENDIAN);
                value.clear();
                value.order(ByteOrder.BIG_ENDIAN).putInt(serviceAddress(number(service, old))).putShort((short) 80);
                value.order(ByteOrder.LITTLE_ENDIAN);
                dump.row(key, value);
            }
        }
    }

    /** What clients and sockets leave behind: a backend for each of many clients, and a note for each of many sockets. */
    private void sessions(int firstMap, boolean old) throws IOException {
        map(firstMap + 3, "lru_hash", "cilium_lb4_reve", 16, 8, 262_144, old ? "" : "cilium_lb4_reverse_sk");
        map(firstMap + 4, "lru_hash", "cilium_lb4_affi", 16, 16, SESSIONS, old ? "" : "cilium_lb4_affinity");
        map(firstMap + 5, "hash", "cilium_lb_affin", 8, 1, SESSIONS, old ? "" : "cilium_lb_affinity_match");
        try (Dump dump = new Dump(firstMap + 3)) {
            for (int socket = 0; socket < SOCKETS; socket++) {
                int service = socket % services;
                key.clear();
                key.putLong(FIRST_COOKIE + socket).order(ByteOrder.BIG_ENDIAN);
                key.putInt(backendAddress(service, 1, old)).putShort((short) 8080).putShort((short) 0);
                key.order(ByteOrder.LITTLE_ENDIAN);
                value.clear();
                value.order(ByteOrder.BIG_ENDIAN).putInt(serviceAddress(number(service, old)));
                value.putShort((short) 80).putShort((short) (service + 1)).order(ByteOrder.LITTLE_ENDIAN);
                dump.row(key, value);
            }
        }
        try (Dump dump = new Dump(firstMap + 4)) {
            for (int client = 0; client < SESSIONS; client++) {
                int service = random.nextInt(services);
                key.clear();
                key.putLong(1 + client).order(ByteOrder.BIG_ENDIAN).putShort((short) (service + 1));
                key.order(ByteOrder.LITTLE_ENDIAN).put((byte) 1).put((byte) 0).putInt(0);
                value.clear();
                value.putLong(1_000).putInt(backendId(service, 1, old)).putInt(0);
                dump.row(key, value);
            }
        }
        try (Dump dump = new Dump(firstMap + 5)) {
            for (int service = 0; service < services; service++) {
                key.clear();
                key.putInt(backendId(service, 1, old)).order(ByteOrder.BIG_ENDIAN).putShort((short) (service + 1));
                key.order(ByteOrder.LITTLE_ENDIAN).putShort((short) 0);
                value.clear();
                value.put((byte) 0);
                dump.row(key, value);
            }
        }
    }

    /** {@code ss -tuneiaO}: every one of them is noted by the old generation. */
    private void sockets() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int socket = 0; socket < SOCKETS / 2; socket++) {
            int address = backendAddress(socket % services, 1, true);
            lines.append("tcp ESTAB 0 0 10.1.2.3:%d %d.%d.%d.%d:8080 ino:%d sk:%x cgroup:/kubepods.slice <-> cubic\n"
                    .formatted(
                            1_024 + socket % 60_000,
                            address >>> 24,
                            address >>> 16 & 0xff,
                            address >>> 8 & 0xff,
                            address & 0xff,
                            socket + 1,
                            FIRST_COOKIE + socket));
        }
        text("net/sockets.txt", lines.toString());
    }

    /** One in a hundred stands in one generation alone: it has another address there. */
    private int number(int service, boolean old) {
        return service % 100 == 7 && old ? service + services : service;
    }

    private void serviceKey(int number, int slot) {
        key.clear();
        key.order(ByteOrder.BIG_ENDIAN).putInt(serviceAddress(number)).putShort((short) 80);
        key.order(ByteOrder.LITTLE_ENDIAN).putShort((short) slot).put((byte) TCP).put((byte) 0).putShort((short) 0);
    }

    private static int serviceAddress(int number) {
        return 0x0a60_0000 + number + 1;
    }

    private int backendId(int service, int slot, boolean old) {
        return service * BACKENDS + slot + (old ? 0 : services);
    }

    private static int backendAddress(int service, int slot, boolean old) {
        boolean moved = old && service % 20 == 3;
        return (moved ? 0x0a80_0000 : 0x0a00_0000) + service * BACKENDS + slot;
    }

    private void conntrack(int map, int connections) throws IOException {
        map(map, "lru_hash", "cilium_ct4_glob", 14, 56, 524_288, "cilium_ct4_global");
        try (Dump dump = new Dump(map)) {
            for (int i = 0; i < connections; i++) {
                key.clear();
                key.order(ByteOrder.BIG_ENDIAN).putInt(0x0a01_0000 + i).putInt(random.nextInt());
                key.putShort((short) 8080).putShort((short) random.nextInt()).put((byte) TCP).put((byte) (i & 1));
                key.order(ByteOrder.LITTLE_ENDIAN);
                value.clear();
                value.putLong(0).putLong(0).putLong(random.nextInt(1 << 20)).putLong(random.nextInt(1 << 30));
                value.putInt(random.nextInt(1 << 20)).putShort((short) 16).putShort((short) 0).putInt(0);
                value.putInt(random.nextInt(1 << 16)).putInt(0).putInt(0);
                dump.row(key, value);
            }
        }
    }

    private void map(int id, String type, String name, int keyBytes, int valueBytes, int entries, String pin) {
        maps.append(maps.length() > 1 ? "," : "")
                .append(("{\"id\":%d,\"type\":\"%s\",\"name\":\"%s\",\"flags\":%d,\"bytes_key\":%d,\"bytes_value\":%d,"
                                + "\"max_entries\":%d,\"bytes_memlock\":1,\"frozen\":0,\"pinned\":[%s]}")
                        .formatted(
                                id,
                                type,
                                name,
                                type.equals("hash") ? 1 : 0,
                                keyBytes,
                                valueBytes,
                                entries,
                                pin.isEmpty() ? "" : "\"/sys/fs/bpf/tc/globals/" + pin + "\""));
    }

    private int[] shuffled(int count) {
        int[] order = new int[count];
        for (int i = 0; i < count; i++) {
            int other = random.nextInt(i + 1);
            order[i] = order[other];
            order[other] = i;
        }
        return order;
    }

    /** A few SYNs to backends of the old generation alone, and to some of both. */
    private void capture() throws IOException {
        ByteBuffer out = ByteBuffer.allocate(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(0xa1b2c3d4).putShort((short) 2).putShort((short) 4).putInt(0).putInt(0).putInt(160).putInt(1);
        for (int i = 0; i < 400; i++) {
            int service = 20 * random.nextInt(services / 20) + (i % 2 == 0 ? 3 : 4);
            syn(out, 1_795_000_100 + i / 40, i, backendAddress(service, 1 + random.nextInt(BACKENDS), true));
        }
        Path file = folder.resolve("pcap/any.pcap");
        Files.createDirectories(file.getParent());
        byte[] bytes = new byte[out.flip().limit()];
        out.get(bytes);
        Files.write(file, bytes);
    }

    private static void syn(ByteBuffer out, int seconds, int number, int destination) {
        out.order(ByteOrder.LITTLE_ENDIAN).putInt(seconds).putInt(number).putInt(54).putInt(54);
        out.order(ByteOrder.BIG_ENDIAN);
        out.putLong(0x0200_0000_0001_0200L).putInt(0x0000_0002).putShort((short) 0x0800);
        out.putShort((short) 0x4500).putShort((short) 40).putShort((short) number).putShort((short) 0x4000);
        out.put((byte) 64).put((byte) TCP).putShort((short) 0).putInt(0x0a01_0203).putInt(destination);
        out.putShort((short) (32_768 + number)).putShort((short) 8080).putInt(number * 7919).putInt(0);
        out.putShort((short) 0x5002).putShort((short) 64_240).putInt(0);
    }

    private void text(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    /** {@code bpftool -j map dump id N} of a map without BTF. */
    private final class Dump implements AutoCloseable {
        private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

        private final OutputStream out;
        private boolean first = true;

        Dump(int map) throws IOException {
            Path file = folder.resolve("bpf/map-dumps/" + map + ".json");
            Files.createDirectories(file.getParent());
            out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20);
            ascii("[");
        }

        void row(ByteBuffer key, ByteBuffer value) throws IOException {
            ascii(first ? "{\"key\":[" : ",{\"key\":[");
            first = false;
            hex(key);
            ascii("],\"value\":[");
            hex(value);
            ascii("]}");
        }

        private void hex(ByteBuffer bytes) throws IOException {
            for (int i = 0; i < bytes.position(); i++) {
                int b = bytes.get(i) & 0xff;
                ascii(i == 0 ? "\"0x" : ",\"0x");
                out.write(HEX[b >> 4]);
                out.write(HEX[b & 15]);
                out.write('"');
            }
        }

        private void ascii(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.US_ASCII));
        }

        @Override
        public void close() throws IOException {
            ascii("]\n");
            out.close();
        }
    }
}
