package io.ghostmap.datapath.program;

import io.ghostmap.text.Term;
import io.ghostmap.text.Term.NameKind;

/** The errors that a program can make connect() or sendmsg() fail with. */
public enum Errno {
    EPERM,
    EHOSTUNREACH;

    public Term term() {
        return Term.name(NameKind.ERRNO, name());
    }
}
