package io.ghostmap.traffic;

import java.io.InputStream;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Fills chunks while the one before is looked at: a second thread reads and inflates, so that a capture costs the longer
 * of the two, not their sum. What fits into one chunk is read without that thread.
 */
final class ReadAhead implements AutoCloseable {
    /** What a capture may unpack to; a compressed one can state a thousand times its own size. */
    static final long MOST_BYTES = 64L << 30;

    private static final int CHUNKS = 3;

    private final InputStream in;
    private final BlockingQueue<Chunk> free = new ArrayBlockingQueue<>(CHUNKS + 1);
    private final BlockingQueue<Chunk> full = new ArrayBlockingQueue<>(CHUNKS + 1);
    private final Thread reader = new Thread(this::read, "capture-reader");
    private long total;
    private boolean started;
    private volatile boolean closed;

    /** What ended the reader, such as a lack of memory: thrown again where it is noticed. */
    private volatile @Nullable Error error;

    ReadAhead(InputStream in) {
        this.in = in;
    }

    /** Must not be called again behind the last chunk. */
    Chunk next() {
        Chunk next = started ? take(full) : first();
        Error thrown = error;
        if (thrown != null) {
            throw thrown;
        }
        return next;
    }

    private Chunk first() {
        started = true;
        Chunk first = Chunk.allocate();
        fill(first);
        if (!first.isLast()) {
            for (int i = 1; i < CHUNKS; i++) {
                free.add(Chunk.allocate());
            }
            reader.setDaemon(true);
            reader.start();
        }
        return first;
    }

    /** The chunk may be filled again. */
    void release(Chunk chunk) {
        if (chunk != Chunk.EMPTY) {
            free.add(chunk);
        }
    }

    private void read() {
        while (true) {
            Chunk chunk = take(free);
            if (closed) {
                return;
            }
            fill(chunk);
            full.add(chunk);
            if (chunk.isLast()) {
                return;
            }
        }
    }

    private void fill(Chunk chunk) {
        try {
            total += chunk.fill(in);
            if (total > MOST_BYTES) {
                chunk.fail("it unpacks to more than " + MOST_BYTES + " bytes; the rest was not read");
            }
        } catch (RuntimeException e) {
            chunk.fail("its stream is damaged: " + e.getClass().getSimpleName());
        } catch (Error e) {
            chunk.fail("");
            error = e;
        }
    }

    /** Nobody interrupts these threads; should somebody, the wait goes on and the mark is set again. */
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

    /** Waits until the reader has left the stream. */
    @Override
    public void close() {
        closed = true;
        free.add(Chunk.EMPTY);
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
