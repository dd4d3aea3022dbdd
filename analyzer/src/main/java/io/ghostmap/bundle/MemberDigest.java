package io.ghostmap.bundle;

import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * SHA-256 of one member after another. Whole chunks are digested on a second thread: it takes as long as reading and
 * looking at them, and so a large member costs the longest of the three, not their sum. A small one never gets there.
 */
final class MemberDigest {
    private static final int CHUNK = 256 << 10;

    /** Chunks that are being digested, or wait for it. */
    private static final int MOST = 3;

    private final Executor thread;
    private final MessageDigest digest = Sha256.newDigest();
    private final Deque<CompletableFuture<byte[]>> given = new ArrayDeque<>();
    private byte[] chunk = new byte[0];
    private int fill;

    /** {@code thread}: of one thread alone. */
    MemberDigest(Executor thread) {
        this.thread = thread;
    }

    /** Takes a copy. */
    void update(byte[] bytes, int offset, int length) {
        int at = offset;
        int left = length;
        while (left > 0) {
            if (fill == chunk.length) {
                makeRoom(left);
            }
            int count = Math.min(left, chunk.length - fill);
            System.arraycopy(bytes, at, chunk, fill, count);
            fill += count;
            at += count;
            left -= count;
        }
    }

    private void makeRoom(int wanted) {
        if (chunk.length < CHUNK) { // most members are small
            byte[] larger = new byte[Math.min(CHUNK, Math.max(chunk.length + wanted, 4 * chunk.length))];
            System.arraycopy(chunk, 0, larger, 0, fill);
            chunk = larger;
            return;
        }
        byte[] full = chunk;
        given.add(CompletableFuture.supplyAsync(() -> digested(full), thread));
        chunk = given.size() < MOST ? new byte[CHUNK] : taken();
        fill = 0;
    }

    private byte[] digested(byte[] full) {
        digest.update(full);
        return full;
    }

    /** The chunk that was given first, when it is digested. */
    private byte[] taken() {
        return given.remove().join();
    }

    /** Returns the digest of the member that ends here, in lower-case hex, and starts the next one. */
    String hex() {
        while (!given.isEmpty()) {
            taken();
        }
        digest.update(chunk, 0, fill);
        fill = 0;
        return Sha256.hex(digest);
    }
}
