package io.ghostmap.bundle;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;

/**
 * A file, read at most 64 KiB at a time. The JDK reads into a native buffer as large as the call asks for, and copies from
 * there: in one that stays in the processor's second-level cache the kernel's copy takes a third of the time.
 */
public final class FileStream extends FilterInputStream {
    private static final int MOST = 64 << 10;

    private FileStream(InputStream in) {
        super(in);
    }

    /** As {@link Files#newInputStream}. */
    public static InputStream open(Path path, OpenOption... options) throws IOException {
        return new FileStream(Files.newInputStream(path, options));
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        return in.read(buffer, offset, Math.min(length, MOST));
    }
}
