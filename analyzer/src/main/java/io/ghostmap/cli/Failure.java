package io.ghostmap.cli;

import io.ghostmap.bundle.Printable;
import io.ghostmap.bundle.UnreadableBundleException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import org.jspecify.annotations.Nullable;

/** What ended a command: one line for the user, and the exit status. A stack trace does not help the person who has to solve an incident. */
record Failure(int status, String line) {
    private static final int MAX_CAUSES = 20;

    /** Made before memory is short. */
    private static final Failure OF_MEMORY = internal("the bundle needs more memory than Java was given; try again with"
            + " GHOSTMAP_JAVA_OPTS=-Xmx4g, or report it with the bundle's SHA-256");

    static Failure of(Throwable thrown) {
        Throwable e = errorWithin(thrown);
        if (e instanceof UnreadableBundleException) {
            return new Failure(ExitStatus.UNREADABLE, "ghostmap: " + e.getMessage());
        }
        if (e instanceof AccessDeniedException denied) {
            return internal(
                    printable(denied.getFile()) + ": permission denied; choose a folder that you may write to with -o");
        }
        if (e instanceof IOException) {
            return internal("the report cannot be written: " + printable(e.getMessage()));
        }
        if (e instanceof OutOfMemoryError || e instanceof StackOverflowError) {
            return OF_MEMORY;
        }
        if (e instanceof LinkageError) {
            return internal("a class or a native library cannot be loaded, so this jar is damaged or does not support"
                    + " this machine: " + printable(e));
        }
        return internal("internal error, please report it with the bundle's SHA-256: " + printable(e));
    }

    /** The innermost error, which says most: others wrap it on its way from another thread or through the parser. */
    private static Throwable errorWithin(Throwable thrown) {
        Throwable innermost = thrown;
        Throwable cause = thrown;
        for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++) {
            if (cause instanceof OutOfMemoryError
                    || cause instanceof StackOverflowError
                    || cause instanceof LinkageError) {
                innermost = cause;
            }
            cause = cause.getCause();
        }
        return innermost;
    }

    private static Failure internal(String what) {
        return new Failure(ExitStatus.INTERNAL_ERROR, "ghostmap: " + what);
    }

    private static String printable(@Nullable Object value) {
        return Printable.of(String.valueOf(value));
    }
}
