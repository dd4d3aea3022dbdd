package io.ghostmap.bundle;

import java.io.IOException;

/** The content of a stream is whole, but other bytes follow it, which cannot be read. */
final class TrailingBytesException extends IOException {
    private static final long serialVersionUID = 1L;

    TrailingBytesException(String message) {
        super(message);
    }
}
