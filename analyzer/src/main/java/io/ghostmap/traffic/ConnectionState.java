package io.ghostmap.traffic;

/** Zeek's {@code conn_state} (base/protocols/conn, Zeek 7), for connections whose SYN was captured. */
public enum ConnectionState {
    /** A SYN, and no reply. */
    S0,
    /** Established, not terminated. */
    S1,
    /** Established, the client closed, no close from the server. */
    S2,
    /** Established, the server closed, no close from the client. */
    S3,
    /** Established and closed by both. */
    SF,
    /** Refused by a RST. */
    REJ,
    /** Established, aborted by the client. */
    RSTO,
    /** Established, aborted by the server. */
    RSTR,
    /** A SYN, then a RST of the client; no SYN-ACK. */
    RSTOS0,
    /** A SYN, then a FIN of the client; no SYN-ACK. */
    SH
}
