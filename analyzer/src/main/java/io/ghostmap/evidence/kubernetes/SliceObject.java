package io.ghostmap.evidence.kubernetes;

import io.ghostmap.bundle.Citation;
import io.ghostmap.net.IpAddress;
import io.ghostmap.net.Protocol;
import java.util.List;

/**
 * An endpoint slice: each of its addresses offers each of its ports.
 *
 * @param service from the label {@code kubernetes.io/service-name}
 */
record SliceObject(ServiceRef service, List<Port> ports, List<Address> addresses, Citation source) {
    record Port(String name, Protocol protocol, int port) {}

    record Address(IpAddress address, SliceEndpoint.State state, String node, String zone, String target) {}
}
