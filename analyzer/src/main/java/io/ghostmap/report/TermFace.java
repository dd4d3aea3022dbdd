package io.ghostmap.report;

import io.ghostmap.text.Term;

/** How a term looks among words: what can be typed or compared is in monospace, names and numbers are not. */
final class TermFace {
    private TermFace() {}

    static boolean isMonospace(Term term) {
        if (term instanceof Term.Name name) {
            return switch (name.kind()) {
                case CGROUP,
                        PATH,
                        MEMBER,
                        INTERFACE,
                        CHAIN,
                        PROGRAM_NAME,
                        MAP_NAME,
                        ATTACH_TYPE,
                        OPTION,
                        ERRNO,
                        QUOTE -> true;
                case SERVICE, POD, NODE, VERSION, WORD -> false;
            };
        }
        return !isNumber(term);
    }

    /** A count, a share or a time, which does not identify anything. */
    private static boolean isNumber(Term term) {
        return term instanceof Term.Amount || term instanceof Term.Share || term instanceof Term.Time;
    }

    /** An id or a frame's number: digits, which cannot be markup in any form. */
    static boolean isId(Term term) {
        return term instanceof Term.Id || term instanceof Term.Frame;
    }

    /** Whether it can be long, and may be broken at its colons or slashes. */
    static boolean isBreakable(Term term) {
        return term instanceof Term.Endpoint
                || term instanceof Term.Frontend
                || term instanceof Term.Address
                || (term instanceof Term.Name name
                        && switch (name.kind()) {
                            case CGROUP, PATH, MEMBER -> true;
                            default -> false;
                        });
    }
}
