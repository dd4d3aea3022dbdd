package io.ghostmap.evidence.kubeproxy;

import io.ghostmap.net.Endpoint;
import io.ghostmap.net.IpAddress;
import java.util.Optional;

/** {@code 10.0.1.5:8080}, {@code [fd00::5]:8080}, or only an address, which keeps the port: its port is 0. */
final class NatTarget {
    private NatTarget() {}

    static Optional<Endpoint> parse(String text) {
        return Endpoint.parse(text).or(() -> IpAddress.parse(text).map(address -> new Endpoint(address, 0)));
    }
}
