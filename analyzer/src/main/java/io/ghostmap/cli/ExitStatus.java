package io.ghostmap.cli;

/** The exit statuses of the report contract. */
final class ExitStatus {
    static final int ANALYZED = 0;
    static final int INTERNAL_ERROR = 1;
    static final int USAGE = 2;
    static final int FINDINGS = 3;
    static final int UNREADABLE = 4;

    private ExitStatus() {}
}
