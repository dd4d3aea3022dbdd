package io.ghostmap.bundle;

/**
 * What a bundle may ask of the reader before it is refused. Each bound is checked before the memory or time is spent.
 *
 * @param members files and folders in the archive
 * @param nameBytes length of one member's name
 * @param depth folders below each other
 * @param memberBytes size of one member, unpacked
 * @param totalBytes size of all members, unpacked
 * @param metadataBytes size of one tar metadata record (long name or PAX header)
 * @param textBytes size of a member that is held in memory whole, such as the manifest
 */
public record Limits(
        int members, int nameBytes, int depth, long memberBytes, long totalBytes, int metadataBytes, int textBytes) {

    private static final long GIB = 1L << 30;

    public static final Limits DEFAULT = new Limits(20_000, 512, 16, 8 * GIB, 32 * GIB, 64 << 10, 64 << 20);
}
