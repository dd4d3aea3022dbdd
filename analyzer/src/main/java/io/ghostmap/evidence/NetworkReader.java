package io.ghostmap.evidence;

import io.ghostmap.bundle.ArtifactKind;
import io.ghostmap.evidence.Interfaces.Interface;
import io.ghostmap.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Reads the rules that rewrite packets, the programs on devices, the devices, and the sockets. */
final class NetworkReader {
    private final List<NetAttachment> devices = new ArrayList<>();
    private final List<Interface> interfaces = new ArrayList<>();
    private final List<Socket> sockets = new ArrayList<>();
    private final NatReader nat;
    private boolean interfacesListed;
    private boolean nodeSockets;
    private boolean podSockets;

    NetworkReader(Readers readers) {
        nat = new NatReader(readers);
        readers.onRows(ArtifactKind.DEVICES_BEFORE, (row, file) -> devices.addAll(BpftoolLists.net(row, file)));
        readers.onRows(ArtifactKind.ADDRESSES, (row, file) -> addInterface(row));
        readers.onLines(ArtifactKind.SOCKETS, file -> nodeSockets |= add(file));
        readers.onLines(ArtifactKind.SOCKETS_OF_POD, this::add);
        readers.onLines(ArtifactKind.SOCKETS_OF_NAMESPACES, file -> podSockets |= add(file));
    }

    private boolean add(TextFile file) {
        int number = 0;
        for (String line : file.lines()) {
            number++;
            Socket.parse(line, file.file(), number).ifPresent(sockets::add);
        }
        return true;
    }

    /** A row of {@code ip -j address}; {@code link_netnsid} is there if the other end is in another namespace. */
    private void addInterface(JsonNode row) {
        interfacesListed = true;
        interfaces.add(new Interface(
                row.path("ifname").asString(""),
                row.has("link_netnsid"),
                row.path("addr_info")
                        .valueStream()
                        .filter(address -> address.path("scope").asString("").equals("global"))
                        .flatMap(
                                address -> IpAddress.parse(address.path("local").asString("")).stream())
                        .toList()));
    }

    NetworkEvidence evidence() {
        return new NetworkEvidence(
                List.copyOf(devices),
                new Interfaces(interfacesListed, List.copyOf(interfaces)),
                nat.tables(),
                new Sockets(nodeSockets, podSockets, List.copyOf(sockets)));
    }
}
