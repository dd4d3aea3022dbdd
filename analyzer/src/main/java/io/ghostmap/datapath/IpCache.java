package io.ghostmap.datapath;

import io.ghostmap.bundle.Citation;
import io.ghostmap.evidence.MapEntry;
import io.ghostmap.net.IpAddress;
import java.util.Optional;

/** Which identity an address has: the entry with the longest prefix that contains it. */
public interface IpCache {
    /** In this cluster, as the socket programs ask; empty where no prefix contains the address. */
    Optional<Entry> lookup(IpAddress address);

    /**
     * One prefix.
     *
     * @param identity the security identity; see {@link Identities}
     * @param remoteCluster whether it lies in another cluster of the mesh; 1.19 and later
     */
    record Entry(IpAddress address, int prefixLength, long identity, boolean remoteCluster, MapEntry entry) {

        /** No prefix can be longer. */
        public boolean isWholeAddress() {
            return prefixLength == address.toBytes().length * Byte.SIZE;
        }

        /** The node itself. */
        public boolean isHost() {
            return identity == Identities.HOST;
        }

        /** Another node, the API server's among them. */
        public boolean isRemoteNode() {
            return Identities.isRemoteNode(identity);
        }

        public Citation source() {
            return entry.cite();
        }
    }
}
