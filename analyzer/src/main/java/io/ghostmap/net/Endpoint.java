package io.ghostmap.net;

import java.util.Optional;

/** An address and a port (0 to 65535), without a protocol. */
public final class Endpoint implements Comparable<Endpoint> {
    private final IpAddress address;
    private final int port;

    /** Kept, because a large node's endpoints are hashed a million times and reading the address again is slow. */
    private final int hash;

    public Endpoint(IpAddress address, int port) {
        if (port < 0 || port > 0xffff) {
            throw new IllegalArgumentException("not a port: " + port);
        }
        this.address = address;
        this.port = port;
        this.hash = address.hashCode() * 31 + port * 0x01_0001;
    }

    public IpAddress address() {
        return address;
    }

    public int port() {
        return port;
    }

    /** Reads {@code 10.0.0.1:80} or {@code [2001:db8::1]:80}; empty for everything else. */
    public static Optional<Endpoint> parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            return Optional.empty();
        }
        String host = text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (!bracketed && host.indexOf(':') >= 0) {
            return Optional.empty();
        }
        Optional<IpAddress> address = IpAddress.parse(bracketed ? host.substring(1, host.length() - 1) : host);
        Optional<Integer> port = parsePort(text.substring(colon + 1));
        return address.flatMap(a -> port.map(p -> new Endpoint(a, p)));
    }

    /** {@code [::ffff:10.0.0.1]:80} for 10.0.0.1:80: how a socket of AF_INET6 names an IPv4 peer. */
    public Endpoint mapped() {
        return new Endpoint(address.mapped(), port);
    }

    /** The other way: 10.0.0.1:80 for {@code [::ffff:10.0.0.1]:80}, and anything else as it is. */
    public Endpoint unmapped() {
        return new Endpoint(address.unmapped(), port);
    }

    private static Optional<Integer> parsePort(String text) {
        if (text.isEmpty() || text.length() > 5 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Optional.empty();
        }
        return Optional.of(Integer.parseInt(text)).filter(port -> port <= 0xffff);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Endpoint that && hash == that.hash && port == that.port && address.equals(that.address);
    }

    @Override
    public int compareTo(Endpoint other) {
        int byAddress = address.compareTo(other.address);
        return byAddress != 0 ? byAddress : Integer.compare(port, other.port);
    }

    @Override
    public String toString() {
        return (address.isV4() ? address.toString() : "[" + address + "]") + ":" + port;
    }
}
