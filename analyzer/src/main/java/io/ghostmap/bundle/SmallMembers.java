package io.ghostmap.bundle;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Hands members that fit into memory to their sinks on a second thread, one after the other in the order of the walk, while
 * the walk goes on: to parse a node's many small files takes as long as to read the large dumps beside them.
 */
final class SmallMembers implements AutoCloseable {
    /** Bytes of the largest member that is held for it. */
    static final int LARGEST = 256 << 10;

    /** Bytes that may wait; then the walk waits. */
    private static final int MOST_WAITING = 16 << 20;

    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread reader = new Thread(task, "small-members");
        reader.setDaemon(true);
        return reader;
    });
    private final List<Future<?>> tasks = new ArrayList<>();
    private int waiting;

    /** Throws what an earlier member ended with, if it waits for it. */
    void read(MemberSink sink, String path, byte[] member) throws IOException {
        if (waiting + member.length > MOST_WAITING) {
            finish();
        }
        waiting += member.length;
        tasks.add(thread.submit(() -> {
            sink.read(path, new ByteArrayInputStream(member));
            return path;
        }));
    }

    /** Waits until all members are read, and throws what the first of those that failed ended with. */
    void finish() throws IOException {
        for (Future<?> task : tasks) {
            await(task);
        }
        tasks.clear();
        waiting = 0;
    }

    /** Nobody interrupts this thread; should somebody, the wait goes on and the mark is set again. */
    private static void await(Future<?> task) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    task.get();
                    return;
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw thrownBy(e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static IOException thrownBy(@Nullable Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        if (cause instanceof RuntimeException unexpected) {
            throw unexpected;
        }
        return cause instanceof IOException failure ? failure : new IOException(cause);
    }

    /** Gives up what still waits. */
    @Override
    public void close() {
        thread.shutdownNow();
    }
}
