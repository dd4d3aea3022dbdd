package io.ghostmap.traffic;

import static io.ghostmap.traffic.ByteSource.u16be;

import io.ghostmap.net.Endpoint;
import io.ghostmap.net.IpAddress;

/** The bytes that distinguish flows: source and destination address, source and destination port. */
final class FlowKey {
    private FlowKey() {}

    /** Writes the destination's address and then its port; returns their length. */
    static int server(byte[] flow, int length, byte[] into) {
        int address = (length - 4) / 2;
        System.arraycopy(flow, address, into, 0, address);
        System.arraycopy(flow, length - 2, into, address, 2);
        return address + 2;
    }

    /** Writes the same flow in the other direction. */
    static void reverse(byte[] flow, int length, byte[] into) {
        int address = (length - 4) / 2;
        System.arraycopy(flow, address, into, 0, address);
        System.arraycopy(flow, 0, into, address, address);
        System.arraycopy(flow, length - 2, into, length - 4, 2);
        System.arraycopy(flow, length - 4, into, length - 2, 2);
    }

    static Endpoint client(byte[] flow) {
        int address = (flow.length - 4) / 2;
        return new Endpoint(IpAddress.of(flow, 0, address), u16be(flow, flow.length - 4));
    }

    static Endpoint serverOf(byte[] flow) {
        int address = (flow.length - 4) / 2;
        return new Endpoint(IpAddress.of(flow, address, address), u16be(flow, flow.length - 2));
    }

    /** From what {@link #server} wrote. */
    static Endpoint endpoint(byte[] server) {
        return new Endpoint(IpAddress.of(server, 0, server.length - 2), u16be(server, server.length - 2));
    }
}
