package io.ghostmap.bundle;

/** The bundle cannot be read, or is not safe to read. The message is one line: what, where, what to do. */
public final class UnreadableBundleException extends Exception {
    private static final long serialVersionUID = 1L;

    public UnreadableBundleException(String message) {
        super(message);
    }

    public UnreadableBundleException(String message, Throwable cause) {
        super(message, cause);
    }
}
