package io.ghostmap.datapath.cilium;

import io.ghostmap.datapath.MapRole;
import io.ghostmap.evidence.BpfMap;
import java.util.Optional;

/**
 * The maps by type and sizes, which tell them apart where the kernel's 15 characters do not: {@code cilium_lb4_reve} is
 * reverse_nat or reverse_sk, {@code cilium_lb4_back} one of three layouts. Sizes in bytes; Cilium 1.6 to 1.21-dev.
 */
enum MapShape {
    SERVICES_V4_V2("hash", 12, 12, "cilium_lb4_serv", MapRole.SERVICES_V4),
    SERVICES_V6_V2("hash", 24, 12, "cilium_lb6_serv", MapRole.SERVICES_V6),
    /** Up to 1.10, with 16-bit ids. */
    BACKENDS_V4_V1("hash", 2, 8, "cilium_lb4_back", MapRole.BACKENDS_V4),
    /** 1.11 and 1.12. */
    BACKENDS_V4_V2("hash", 4, 8, "cilium_lb4_back", MapRole.BACKENDS_V4),
    /** 1.13 and later. */
    BACKENDS_V4_V3("hash", 4, 12, "cilium_lb4_back", MapRole.BACKENDS_V4),
    BACKENDS_V6_V1("hash", 2, 20, "cilium_lb6_back", MapRole.BACKENDS_V6),
    BACKENDS_V6_V2("hash", 4, 20, "cilium_lb6_back", MapRole.BACKENDS_V6),
    BACKENDS_V6_V3("hash", 4, 24, "cilium_lb6_back", MapRole.BACKENDS_V6),
    REVERSE_NAT_V4("hash", 2, 6, "cilium_lb4_reve", MapRole.REVERSE_NAT_V4),
    REVERSE_NAT_V6("hash", 2, 18, "cilium_lb6_reve", MapRole.REVERSE_NAT_V6),
    REVERSE_SK_V4("lru_hash", 16, 8, "cilium_lb4_reve", MapRole.REVERSE_SK_V4),
    REVERSE_SK_V6("lru_hash", 32, 20, "cilium_lb6_reve", MapRole.REVERSE_SK_V6);

    private final String type;
    private final int keyBytes;
    private final int valueBytes;
    private final String kernelName;
    private final MapRole role;

    MapShape(String type, int keyBytes, int valueBytes, String kernelName, MapRole role) {
        this.type = type;
        this.keyBytes = keyBytes;
        this.valueBytes = valueBytes;
        this.kernelName = kernelName;
        this.role = role;
    }

    MapRole role() {
        return role;
    }

    /** A map with a name must have Cilium's; agents up to 1.11 gave their maps none. */
    static Optional<MapShape> of(BpfMap map) {
        for (MapShape shape : values()) {
            if (shape.type.equals(map.type())
                    && shape.keyBytes == map.keyBytes()
                    && shape.valueBytes == map.valueBytes()
                    && (map.name().isEmpty() || map.name().equals(shape.kernelName))) {
                return Optional.of(shape);
            }
        }
        return Optional.empty();
    }
}
