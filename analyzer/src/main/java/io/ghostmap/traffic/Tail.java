package io.ghostmap.traffic;

/**
 * Frames of attempts beyond the bound on those that are followed one by one, per destination.
 *
 * @param syns frames with a SYN, retransmissions and copies included
 * @param answers frames with a SYN-ACK from the destination
 * @param refusals frames with a RST from the destination
 */
public record Tail(long syns, long answers, long refusals) {
    static final Tail NONE = new Tail(0, 0, 0);

    public boolean counted() {
        return syns > 0 || answers > 0 || refusals > 0;
    }
}
