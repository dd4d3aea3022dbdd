package io.ghostmap.evidence;

import io.ghostmap.bundle.ArtifactKind;
import java.util.ArrayList;
import java.util.List;

/** Reads the rules that rewrite packets, the programs on devices, and the sockets. */
final class NetworkReader {
    private final List<NetAttachment> devices = new ArrayList<>();
    private final List<Socket> sockets = new ArrayList<>();
    private TextFile iptables = TextFile.absent(ArtifactKind.IPTABLES);
    private TextFile nft = TextFile.absent(ArtifactKind.NFTABLES);

    NetworkReader(Readers readers) {
        readers.onRows(ArtifactKind.DEVICES_BEFORE, (row, file) -> devices.addAll(BpftoolLists.net(row, file)));
        readers.onLines(ArtifactKind.IPTABLES, file -> iptables = file);
        readers.onLines(ArtifactKind.NFTABLES, file -> nft = file);
        readers.onLines(ArtifactKind.SOCKETS, this::sockets);
        readers.onLines(ArtifactKind.SOCKETS_OF_POD, this::sockets);
    }

    private void sockets(TextFile file) {
        int number = 0;
        for (String line : file.lines()) {
            number++;
            Socket.parse(line, file.file(), number).ifPresent(sockets::add);
        }
    }

    NetworkEvidence evidence() {
        return new NetworkEvidence(List.copyOf(devices), iptables, nft, List.copyOf(sockets));
    }
}
