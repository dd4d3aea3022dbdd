package io.ghostmap.bundle;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;

/**
 * Hands members that fit into memory to their sinks on a second thread, one after the other in the order of the walk, while
 * the walk goes on: to parse a node's many small files takes as long as to read the large dumps beside them.
 */
final class SmallMembers {
    /** Bytes of the largest member that is held for it. */
    static final int LARGEST = 256 << 10;

    /** Bytes that may wait; then the walk waits. */
    private static final int MAX_WAITING = 16 << 20;

    private final Executor thread;
    private final List<CompletableFuture<Void>> tasks = new ArrayList<>();
    private int waiting;

    /** {@code thread}: of one thread alone. */
    SmallMembers(Executor thread) {
        this.thread = thread;
    }

    /** Throws what an earlier member ended with, where it waits for that. */
    void read(MemberSink sink, Member member, byte[] bytes) throws IOException {
        if (waiting + bytes.length > MAX_WAITING) {
            finish();
        }
        waiting += bytes.length;
        tasks.add(CompletableFuture.runAsync(() -> readNow(sink, member, bytes), thread));
    }

    private static void readNow(MemberSink sink, Member member, byte[] bytes) {
        try {
            sink.read(member, new ByteArrayInputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until all members are read, and throws what the first of those that failed ended with. */
    void finish() throws IOException {
        try {
            tasks.forEach(CompletableFuture::join);
        } catch (CompletionException e) {
            if (e.getCause() instanceof UncheckedIOException failure) {
                throw failure.getCause();
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e.getCause() instanceof RuntimeException unexpected ? unexpected : e;
        }
        tasks.clear();
        waiting = 0;
    }
}
