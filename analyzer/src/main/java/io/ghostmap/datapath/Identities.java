package io.ghostmap.datapath;

/** The reserved security identities that the socket programs ask for ({@code bpf/lib/identity.h}). */
public final class Identities {
    public static final long HOST = 1;
    public static final long WORLD = 2;
    public static final long REMOTE_NODE = 6;
    public static final long KUBE_APISERVER = 7;

    /** The scope of identities that are given to remote nodes by CIDR, in the top byte. */
    private static final long REMOTE_NODE_SCOPE = 0x02;

    private static final int SCOPE_SHIFT = 24;

    private Identities() {}

    static boolean isRemoteNode(long identity) {
        return identity == REMOTE_NODE || identity == KUBE_APISERVER || identity >>> SCOPE_SHIFT == REMOTE_NODE_SCOPE;
    }
}
