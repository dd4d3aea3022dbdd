package io.ghostmap.cli;

import io.ghostmap.net.Endpoint;
import io.ghostmap.support.Addresses;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/**
 * The maps of one generation, made up from a random source: services of every kind over a few addresses, ports and
 * backend ids, so that generations meet each other's frontends, backends and ids. Written as the bytes that the kernel
 * keeps, in the layouts of one Cilium release, by nothing that the analyzer's decoders share.
 */
final class GeneratedGeneration {
    static final List<String> V4 = List.of(
            "10.96.0.1",
            "10.96.0.2",
            "10.96.0.3",
            "10.96.0.4",
            "10.96.0.5",
            "10.0.1.1",
            "10.0.1.2",
            "10.0.1.3",
            "10.0.2.1",
            "10.0.2.2");
    static final List<String> V6 = List.of("fd00::1", "fd00::2", "fd00::3", "fd00:1::1", "fd00:1::2", "fd00:1::3");
    static final List<Integer> PORTS = List.of(80, 443, 8080, 9000, 30080, 31000);

    /** Stand-ins for the cookies of the node's and the pod's network namespace, which nobody knows before the run. */
    static final String HOST_COOKIE = "HOSTHOSTHOSTHOST";

    static final String POD_COOKIE = "PODPODPODPODPODP";

    private static final int BACKENDS = 24;
    private static final int SHORT_TIMEOUT = 40;
    private static final int LONG_TIMEOUT = 0xffffff; // all that the word has room for

    /** In seconds: for ever, for the whole run, until some time of the run, and long over. */
    private static final List<Integer> TIMEOUTS = List.of(LONG_TIMEOUT, LONG_TIMEOUT, 3_600, SHORT_TIMEOUT, 1);

    private static final int TCP = 6;
    private static final int UDP = 17;

    private static final int EXTERNAL_IP = 0x01;
    private static final int NODEPORT = 0x02;
    private static final int LOCAL_SCOPE = 0x04;
    private static final int HOSTPORT = 0x08;
    private static final int AFFINITY = 0x10;
    private static final int LOCALREDIRECT = 0x01;
    private static final int NAT46 = 0x02;
    private static final int L7 = 0x04;
    private static final int LOOPBACK_OR_PUNT = 0x08;
    private static final int TWO_SCOPES = 0x20;

    private final Random random;
    private final int release;
    private final boolean forgetful;
    private final List<String> entries = new ArrayList<>();
    private final List<Endpoint> frontends = new ArrayList<>();
    private int nextRevNat = 1;

    private GeneratedGeneration(Random random, int release, boolean forgetful) {
        this.random = random;
        this.release = release;
        this.forgetful = forgetful;
    }

    static GeneratedGeneration of(Random random, int release, boolean forgetful) {
        GeneratedGeneration generation = new GeneratedGeneration(random, release, forgetful);
        generation.fill(4);
        generation.fill(6);
        generation.identities();
        return generation;
    }

    /** {@code sock-120} for 1.20. */
    String object() {
        return "sock-" + release;
    }

    List<String> entries() {
        return entries;
    }

    /** What a client would ask for to meet one of its services. */
    List<Endpoint> frontends() {
        return frontends;
    }

    private <T> T pick(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private boolean outcome(int percent) {
        return random.nextInt(100) < percent;
    }

    private void fill(int family) {
        List<String> addresses = family == 4 ? V4 : V6;
        for (int id = 1; id <= BACKENDS; id++) {
            if (!outcome(12)) {
                backend(family, id, pick(addresses), pick(PORTS));
            }
        }
        for (int i = 0; i < 16; i++) {
            service(family, pick(addresses), pick(PORTS), i);
        }
    }

    private void backend(int family, int id, String address, int port) {
        ByteBuffer value = ByteBuffer.allocate((family == 4 ? 4 : 16) + 4 + (release >= 113 ? 4 : 0));
        value.put(Addresses.bytes(address)).putShort((short) port).put((byte) TCP);
        value.put((byte) random.nextInt(4)); // the state, which nobody consults
        put("cilium_lb" + family + "_backends_" + (release >= 113 ? "v3" : "v2"), le(4).putInt(id), value);
    }

    /** The kinds come in turn, so that each generation has some of each. */
    private void service(int family, String address, int port, int kind) {
        int flags = outcome(30) ? 0x40 : 0;
        int flags2 = 0;
        String at = address;
        int dport = port;
        switch (kind) {
            case 8 -> {
                at = family == 4 ? "0.0.0.0" : "::";
                dport = outcome(80) ? 30080 : 8080;
                flags |= NODEPORT;
            }
            case 9 -> {
                at = family == 4 ? "0.0.0.0" : "::";
                dport = outcome(80) ? 8080 : 31000;
                flags |= HOSTPORT;
                flags2 |= outcome(40) ? LOOPBACK_OR_PUNT : 0;
            }
            case 10 -> flags |= EXTERNAL_IP;
            case 11 -> flags2 |= LOCALREDIRECT;
            case 12 -> flags2 |= L7;
            case 13 -> flags2 |= outcome(50) ? NAT46 : release >= 118 ? LOOPBACK_OR_PUNT : 0;
            case 14, 7 -> flags |= forgetful ? 0 : AFFINITY;
            case 15 -> flags |= HOSTPORT;
            default -> {}
        }
        boolean twoScopes = outcome(20);
        if (twoScopes && release >= 113) {
            flags2 |= TWO_SCOPES;
        } else if (twoScopes) {
            flags |= LOCAL_SCOPE;
        }
        int protocol = release < 117 ? 0 : release == 120 || outcome(60) ? (outcome(60) ? TCP : UDP) : 0;
        scope(family, at, dport, protocol, 0, flags, flags2);
        if (twoScopes && !outcome(20)) {
            scope(family, at, dport, outcome(80) || release != 118 ? protocol : 0, 1, flags, flags2);
        }
        frontends.add(Addresses.endpoint((family == 4 ? address : "[" + address + "]") + ":" + dport));
    }

    private void scope(int family, String address, int port, int protocol, int scope, int flags, int flags2) {
        int revNat = nextRevNat++;
        int count = outcome(12) ? 0 : 1 + random.nextInt(4);
        int written = count + (outcome(25) ? random.nextInt(3) : 0);
        int timeout = pick(TIMEOUTS);
        for (int slot = 1; slot <= written; slot++) {
            if (!outcome(4)) {
                int backend = 1 + random.nextInt(BACKENDS);
                entry(family, address, port, slot, protocol, scope, backend, 0, revNat, release >= 118 ? flags : 0, 0);
                if ((flags & AFFINITY) != 0 && outcome(70)) {
                    affinity(family, revNat, backend, timeout);
                }
            }
        }
        int word = release >= 117 ? random.nextInt(3) << 24 : 0;
        if ((flags2 & L7) != 0) {
            word = outcome(80)
                    ? Short.toUnsignedInt(Short.reverseBytes(pick(PORTS).shortValue()))
                    : 0;
        } else if ((flags & AFFINITY) != 0) {
            word |= timeout;
        }
        entry(family, address, port, 0, protocol, scope, word, count, revNat, flags, flags2);
        if ((flags2 & LOCALREDIRECT) != 0 && release >= 116 && outcome(70)) {
            skip(family, address, port);
        }
    }

    private void entry(
            int family,
            String address,
            int port,
            int slot,
            int protocol,
            int scope,
            int word,
            int count,
            int revNat,
            int flags,
            int flags2) {
        ByteBuffer key = ByteBuffer.allocate(family == 4 ? 12 : 24);
        key.put(Addresses.bytes(address)).putShort((short) port);
        key.order(ByteOrder.LITTLE_ENDIAN)
                .putShort((short) slot)
                .put((byte) protocol)
                .put((byte) scope);
        ByteBuffer value = le(12).putInt(word).putShort((short) count);
        value.order(ByteOrder.BIG_ENDIAN)
                .putShort((short) revNat)
                .put((byte) flags)
                .put((byte) flags2);
        put("cilium_lb" + family + "_services_v2", key, value);
    }

    /**
     * Of both namespaces: remembered long ago, lately, or for ever; with or without the match that makes it count. A
     * connect that meets one sets its time to now.
     */
    private void affinity(int family, int revNat, int backend, int timeout) {
        for (String cookie : List.of(HOST_COOKIE, POD_COOKIE)) {
            if (outcome(50)) {
                ByteBuffer rest = ByteBuffer.allocate(family == 4 ? 8 : 16);
                rest.position(family == 4 ? 0 : 8);
                rest.putShort((short) revNat).put((byte) 1);
                String value = lastUsed(timeout) + hex(le(8).putInt(backend));
                entries.add("cilium_lb" + family + "_affinity " + cookie + hex(rest) + " " + value);
            }
        }
        if (outcome(70)) {
            ByteBuffer match = le(8).putInt(backend);
            match.order(ByteOrder.BIG_ENDIAN).putShort((short) revNat);
            put("cilium_lb_affinity_match", match, le(1).put((byte) 1));
        }
    }

    /** {@code AGO}: so many seconds before the lab writes it. */
    private String lastUsed(int timeout) {
        return switch (timeout) {
            case LONG_TIMEOUT -> hex(le(8).putLong(outcome(70) ? 1L << 40 : 1));
            case 1 -> hex(le(8).putLong(1));
            default -> "AGO%013d".formatted(pick(List.of(0, 10, 41, 3_599, 3_601)));
        };
    }

    private void skip(int family, String address, int port) {
        ByteBuffer rest = ByteBuffer.allocate(family == 4 ? 8 : 24);
        rest.put(Addresses.bytes(address));
        rest.position(family == 4 ? 4 : 20);
        rest.putShort((short) port);
        String cookie = outcome(50) ? HOST_COOKIE : POD_COOKIE;
        entries.add("cilium_skip_lb" + family + " " + cookie + hex(rest) + " 01");
    }

    private void identities() {
        for (String address : V4) {
            if (outcome(60)) {
                identity(address, 32);
            }
        }
        for (String address : V6) {
            if (outcome(60)) {
                identity(address, 128);
            }
        }
        identity("10.0.0.0", 8);
        if (outcome(50)) {
            identity("10.0.1.0", 24);
        }
        identity("fd00::", 16);
        if (outcome(50)) {
            identity("::", 0);
        }
    }

    private void identity(String address, int prefix) {
        byte[] bytes = Addresses.bytes(address);
        int family = bytes.length == 4 ? 1 : 2;
        ByteBuffer key = le(24).putInt(32 + prefix).putInt(family << 24).put(bytes);
        int identity = pick(List.of(1, 1, 2, 4, 6, 7, 0x02000005, 0x01000001, 24817));
        ByteBuffer value = le(release >= 118 ? 24 : 12).putInt(identity);
        if (release >= 120 && outcome(30)) {
            value.put(23, (byte) 0x08); // of another cluster
        }
        put(release >= 118 ? "cilium_ipcache_v2" : "cilium_ipcache", key, value);
    }

    private void put(String map, ByteBuffer key, ByteBuffer value) {
        entries.add(map + " " + hex(key) + " " + hex(value));
    }

    private static ByteBuffer le(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static String hex(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.capacity()];
        buffer.clear().get(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
