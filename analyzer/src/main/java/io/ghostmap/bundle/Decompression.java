package io.ghostmap.bundle;

import com.github.luben.zstd.RecyclingBufferPool;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.Arrays;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/**
 * gzip and zstd, recognized by their magic bytes, never by a library's detection, which would open every parser it has.
 * zstd-jni is read without the wrapper of commons-compress, which hides what follows the last frame.
 */
public final class Decompression {
    private static final int MAGIC_BYTES = 4;
    private static final byte[] ZSTD = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd};

    /** A frame's header may ask for a window of any size; 128 MiB is the default limit of zstd itself. */
    private static final int LONGEST_WINDOW_LOG = 27;

    private Decompression() {}

    static boolean isGzip(byte[] start) {
        return GzipCompressorInputStream.matches(start, start.length);
    }

    static boolean isZstd(byte[] start) {
        return start.length >= ZSTD.length && Arrays.equals(start, 0, ZSTD.length, ZSTD, 0, ZSTD.length);
    }

    /** All parts of a gzip file, one after the other. */
    static InputStream gunzip(InputStream in) {
        return new GzipStream(in);
    }

    /** All frames of a zstd file, one after the other. */
    static InputStream unzstd(InputStream in) throws IOException {
        ZstdInputStreamNoFinalizer zstd = new ZstdInputStreamNoFinalizer(in, RecyclingBufferPool.INSTANCE);
        zstd.setLongMax(LONGEST_WINDOW_LOG);
        return new Frames(zstd);
    }

    /** Says what follows the last frame in the same way as {@link GzipStream}. */
    private static final class Frames extends BlockStream {
        private final ZstdInputStreamNoFinalizer zstd;

        Frames(ZstdInputStreamNoFinalizer zstd) {
            this.zstd = zstd;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            try {
                return zstd.read(buffer, offset, length);
            } catch (ZstdIOException e) {
                if (e.getErrorCode() == Zstd.errPrefixUnknown()) { // the first frame's prefix was looked at before
                    throw new TrailingBytesException("other bytes follow");
                }
                throw e;
            }
        }

        @Override
        public void close() throws IOException {
            zstd.close();
        }
    }

    /** The stream, unpacked on the way if it is compressed once. Failures show when it is read. */
    public static InputStream unpacking(InputStream in) {
        return new Lazy(in);
    }

    /** Looks at the first bytes at the first read, so that opening never fails. */
    private static final class Lazy extends BlockStream {
        private final PushbackInputStream raw;
        private InputStream plain;
        private boolean opened;

        Lazy(InputStream in) {
            raw = new PushbackInputStream(in, MAGIC_BYTES);
            plain = raw;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (!opened) {
                opened = true;
                byte[] magic = raw.readNBytes(MAGIC_BYTES);
                raw.unread(magic);
                plain = isGzip(magic) ? gunzip(raw) : isZstd(magic) ? unzstd(raw) : raw;
            }
            return plain.read(buffer, offset, length);
        }

        @Override
        public void close() throws IOException {
            plain.close();
        }
    }
}
