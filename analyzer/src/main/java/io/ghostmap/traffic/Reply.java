package io.ghostmap.traffic;

/** What came back to a connection attempt. Ordered from best to worst for the client. */
public enum Reply {
    /** A SYN-ACK for its sequence number. */
    ANSWERED,
    /** The capture cannot show it: it ended too soon, or packets were lost. */
    UNKNOWN,
    /** A RST. */
    REFUSED,
    /** An ICMP error that quotes the SYN. */
    UNREACHABLE,
    /** Nothing, over a window that was long enough. */
    NONE
}
