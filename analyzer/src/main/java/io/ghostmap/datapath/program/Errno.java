package io.ghostmap.datapath.program;

import io.ghostmap.text.Term;
import io.ghostmap.text.Term.NameKind;

/** The errors that a program can make connect() or sendmsg() fail with, directly or through the address that it writes. */
public enum Errno {
    EPERM,
    EHOSTUNREACH,
    EINVAL;

    public Term term() {
        return Term.name(NameKind.ERRNO, name());
    }
}
