package io.ghostmap.bundle;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Fills chunks on a second thread while the first looks at the one before: reading, unpacking and digesting cost as much
 * as looking, and so a member costs the longer of the two, not their sum. What fits into one chunk is read without that
 * thread.
 *
 * <p>To be closed before the stream below is used again: closing waits until the second thread has left it.
 */
public final class ReadAhead implements AutoCloseable {
    private static final int CHUNKS = 3;

    private final InputStream in;
    private final int headroom;
    private final int capacity;
    private final BlockingQueue<Chunk> free = new ArrayBlockingQueue<>(CHUNKS + 1);
    private final BlockingQueue<Chunk> full = new ArrayBlockingQueue<>(CHUNKS + 1);
    private final Thread reader = new Thread(this::readAll, "read-ahead");
    private boolean started;
    private volatile boolean closed;

    /** What ended the reader, such as a lack of memory: thrown again where it is noticed. */
    private volatile @Nullable Error error;

    /**
     * Starts nothing yet.
     *
     * @param headroom bytes of room in front of each chunk
     * @param capacity bytes of a chunk that is not the last
     */
    public ReadAhead(InputStream in, int headroom, int capacity) {
        this.in = in;
        this.headroom = headroom;
        this.capacity = capacity;
    }

    /** Must not be called again after the last chunk. */
    public Chunk next() {
        Chunk next = started ? take(full) : first();
        Error thrown = error;
        if (thrown != null) {
            throw thrown;
        }
        return next;
    }

    private Chunk first() {
        started = true;
        Chunk first = new Chunk(headroom, capacity);
        fill(first);
        if (!first.isLast()) {
            for (int i = 1; i < CHUNKS; i++) {
                free.add(new Chunk(headroom, capacity));
            }
            reader.setDaemon(true);
            reader.start();
        }
        return first;
    }

    /** A chunk that {@link #next} gave may be filled again. */
    public void release(Chunk chunk) {
        free.add(chunk);
    }

    private void readAll() {
        boolean last = false;
        while (!last) {
            Chunk chunk = take(free);
            if (closed) {
                return;
            }
            fill(chunk);
            last = chunk.isLast();
            full.add(chunk);
        }
    }

    private void fill(Chunk chunk) {
        try {
            chunk.fill(in);
        } catch (RuntimeException e) {
            chunk.fail(new IOException(
                    "the rest of the stream cannot be read: " + e.getClass().getSimpleName(), e));
        } catch (Error e) {
            chunk.fail(new IOException("the reader ended", e));
            error = e;
        }
    }

    /** Nothing here interrupts these threads. If they are interrupted, the wait goes on and the flag is set again. */
    private static Chunk take(BlockingQueue<Chunk> queue) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return queue.take();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        free.offer(Chunk.none(0)); // wakes the reader where it waits
        boolean interrupted = false;
        while (reader.isAlive()) {
            try {
                reader.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
