package io.ghostmap.bundle;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Reads a member on a second thread while the first one looks at what came before: unpacking and digesting cost as much as
 * scanning. What fits into one chunk is read without that thread.
 *
 * <p>To be closed before the stream below is used again: closing waits until the second thread has left it.
 */
public final class ReadAhead extends InputStream {
    private static final int CHUNK = 1 << 18;
    private static final int CHUNKS = 4;

    private final InputStream in;
    private final BlockingQueue<Chunk> full = new ArrayBlockingQueue<>(CHUNKS);
    private final BlockingQueue<byte[]> free = new ArrayBlockingQueue<>(CHUNKS + 1);
    private final Thread reader = new Thread(this::readAll, "member-reader");
    private Chunk current = new Chunk(new byte[0], 0, false, Failure.NONE);
    private int at;
    private boolean started;
    private volatile boolean closed;

    /** What a read came to: {@code last} where the stream ended behind it, or failed. */
    private static final class Chunk {
        private final byte[] bytes;
        private final int length;
        private final boolean last;
        private final Failure failure;

        Chunk(byte[] bytes, int length, boolean last, Failure failure) {
            this.bytes = bytes;
            this.length = length;
            this.last = last;
            this.failure = failure;
        }
    }

    /** What the reader ran into, for the thread that asks. */
    private sealed interface Failure {
        Failure NONE = new None();

        record None() implements Failure {}

        record Io(IOException cause) implements Failure {}

        record Fault(Throwable cause) implements Failure {}
    }

    public ReadAhead(InputStream in) {
        this.in = in;
    }

    @Override
    public int read() throws IOException {
        return hasMore() ? current.bytes[at++] & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!hasMore()) {
            return -1;
        }
        int count = Math.min(length, current.length - at);
        System.arraycopy(current.bytes, at, target, offset, count);
        at += count;
        return count;
    }

    private boolean hasMore() throws IOException {
        while (at == current.length) {
            if (current.failure instanceof Failure.Io io) {
                throw io.cause();
            }
            if (current.failure instanceof Failure.Fault fault) {
                throw new IOException("the archive cannot be read on: " + fault.cause(), fault.cause());
            }
            if (current.last) {
                return false;
            }
            advance();
        }
        return true;
    }

    private void advance() {
        if (!started) {
            started = true;
            current = fill(new byte[CHUNK]);
            if (!current.last) {
                for (int i = 1; i < CHUNKS; i++) {
                    free.add(new byte[CHUNK]);
                }
                reader.setDaemon(true);
                reader.start();
            }
        } else {
            free.add(current.bytes);
            current = take(full);
        }
        at = 0;
    }

    private void readAll() {
        boolean last = false;
        while (!last) {
            byte[] bytes = take(free);
            if (closed) {
                return;
            }
            Chunk chunk = fill(bytes);
            last = chunk.last;
            full.add(chunk);
        }
    }

    private Chunk fill(byte[] bytes) {
        int length = 0;
        try {
            while (length < bytes.length) {
                int read = in.read(bytes, length, bytes.length - length);
                if (read < 0) {
                    return new Chunk(bytes, length, true, Failure.NONE);
                }
                length += read;
            }
            return new Chunk(bytes, length, false, Failure.NONE);
        } catch (IOException e) {
            return new Chunk(bytes, length, true, new Failure.Io(e));
        } catch (RuntimeException | Error e) {
            return new Chunk(bytes, length, true, new Failure.Fault(e));
        }
    }

    /** Nobody interrupts these threads; should somebody, the wait goes on and the mark is set again. */
    private static <T> T take(BlockingQueue<T> queue) {
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
        free.offer(new byte[0]);
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
