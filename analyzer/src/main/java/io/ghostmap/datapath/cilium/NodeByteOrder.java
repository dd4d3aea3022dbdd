package io.ghostmap.datapath.cilium;

import io.ghostmap.evidence.BpfMap;
import io.ghostmap.evidence.Evidence;
import io.ghostmap.evidence.MapDump;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The byte order of the node's numbers: by the machine that {@code uname} names, or else by the slots of its services. A
 * service has a slot 1 before it has a slot 256, so that the bytes {@code 01 00} are the more frequent ones if the low byte
 * comes first.
 */
final class NodeByteOrder {
    private static final Pattern BIG = Pattern.compile("\\b(s390x?|ppc64|ppc|mips64|mips|sparc64)\\b");
    private static final Pattern LITTLE = Pattern.compile(
            "\\b(x86_64|i[3-6]86|aarch64|armv[5-8]\\w*|ppc64le|riscv64|loongarch64|mips64el|mipsel)\\b");
    private static final int SERVICE_VALUE = 12;
    private static final int BEHIND_SLOT = 6; // the slot, the protocol, the scope and two bytes of padding end the key

    private NodeByteOrder() {}

    /** Empty if neither shows it. */
    static Optional<ByteOrder> of(Evidence evidence) {
        String kernel = evidence.node().kernel();
        if (LITTLE.matcher(kernel).find()) {
            return Optional.of(ByteOrder.LITTLE_ENDIAN);
        }
        return BIG.matcher(kernel).find() ? Optional.of(ByteOrder.BIG_ENDIAN) : ofSlots(evidence);
    }

    private static Optional<ByteOrder> ofSlots(Evidence evidence) {
        long lowFirst = 0;
        long highFirst = 0;
        for (BpfMap map : evidence.bpf().state().maps().all()) {
            boolean services = map.name().matches("cilium_lb[46]_serv")
                    && map.valueBytes() == SERVICE_VALUE
                    && (map.keyBytes() == 12 || map.keyBytes() == 24);
            Optional<MapDump> dump = services ? evidence.bpf().dump(map.id()) : Optional.empty();
            for (int row = 0; row < dump.map(MapDump::count).orElse(0); row++) {
                byte[] key = dump.get().key(row);
                int slot = key.length - BEHIND_SLOT;
                if (slot < 0) {
                    break;
                }
                lowFirst += key[slot] == 1 && key[slot + 1] == 0 ? 1 : 0;
                highFirst += key[slot] == 0 && key[slot + 1] == 1 ? 1 : 0;
            }
        }
        if (lowFirst == highFirst) {
            return Optional.empty();
        }
        return Optional.of(lowFirst > highFirst ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    }
}
