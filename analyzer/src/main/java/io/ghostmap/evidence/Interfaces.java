package io.ghostmap.evidence;

import io.ghostmap.net.IpAddress;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** The network interfaces of the node's own network namespace: {@code ip -j address}. */
public record Interfaces(boolean captured, List<Interface> all) {
    static final Interfaces NOT_CAPTURED = new Interfaces(false, List.of());

    /** Cilium's name for the node's end of a pod's veth pair; {@code lxc_health} is the one of its health endpoint. */
    private static final String CILIUM_ENDPOINT = "lxc";

    /**
     * One of them.
     *
     * @param peerElsewhere whether its peer is in another network namespace
     * @param addresses without link-local ones
     */
    public record Interface(String name, boolean peerElsewhere, List<IpAddress> addresses) {}

    /** Addresses of the node itself, without loopback. */
    public SortedSet<IpAddress> addresses() {
        SortedSet<IpAddress> addresses = new TreeSet<>();
        all.forEach(each -> addresses.addAll(each.addresses));
        return addresses;
    }

    /** The node's end of a pod's veth pair: its peer is in another namespace, and it has no address that others could use. */
    public boolean isOfPod(String name) {
        return name.startsWith(CILIUM_ENDPOINT)
                || named(name)
                        .filter(found -> found.peerElsewhere && found.addresses.isEmpty())
                        .isPresent();
    }

    /** A device with an address of the node, other than loopback: packets that leave through it leave the node. */
    public boolean isUplink(String name) {
        return named(name).filter(found -> !found.addresses.isEmpty()).isPresent() && !isOfPod(name);
    }

    private Optional<Interface> named(String name) {
        return all.stream().filter(each -> each.name.equals(name)).findFirst();
    }
}
