package io.ghostmap.bundle;

import java.io.IOException;

/** A bound of {@link Limits} was passed. An {@link IOException}, so that it ends every reader of the stream. */
final class LimitExceededException extends IOException {
    private static final long serialVersionUID = 1L;

    LimitExceededException(String message) {
        super(message);
    }
}
