package io.ghostmap.traffic;

import static io.ghostmap.support.Packets.ethernet;
import static io.ghostmap.support.Packets.ip;
import static io.ghostmap.support.Packets.tcp;
import static io.ghostmap.support.Packets.withId;

import io.ghostmap.support.PcapFile;
import java.nio.ByteOrder;
import java.util.List;

/** What one client and one server send each other, frame by frame, a millisecond apart unless it says otherwise. */
final class Conversation {
    static final int FIN = 0x11;
    static final int SYN = 0x02;
    static final int RST = 0x04;
    static final int SYN_ACK = 0x12;
    static final int RST_ACK = 0x14;
    static final int ACK = 0x10;

    private static final int TCP = 6;
    private static final int CLIENT_PORT = 40_000;
    private static final int SERVER_PORT = 80;

    private final PcapFile pcap = new PcapFile(PcapFile.ETHERNET, ByteOrder.LITTLE_ENDIAN, false);
    private final String client;
    private final String server;
    private long micros;
    private int id;

    private Conversation(String client, String server) {
        this.client = client;
        this.server = server;
    }

    static Conversation v4() {
        return new Conversation("10.0.0.1", "10.0.0.2");
    }

    static Conversation v6() {
        return new Conversation("2001:db8::1", "2001:db8::2");
    }

    static Conversation of(int family) {
        return family == 4 ? v4() : v6();
    }

    Conversation client(int flags, long seq, long ack) {
        return client(flags, seq, ack, 0);
    }

    Conversation client(int flags, long seq, long ack, int payload) {
        return frame(ip(client, server, TCP, tcp(CLIENT_PORT, SERVER_PORT, flags, (int) seq, (int) ack, payload)));
    }

    Conversation server(int flags, long seq, long ack) {
        return server(flags, seq, ack, 0);
    }

    Conversation server(int flags, long seq, long ack, int payload) {
        return frame(ip(server, client, TCP, tcp(SERVER_PORT, CLIENT_PORT, flags, (int) seq, (int) ack, payload)));
    }

    /** An ICMP error to the client from a router, of either family, that quotes its SYN. */
    Conversation error(int type, int code, long seq) {
        byte[] quoted = ip(client, server, TCP, tcp(CLIENT_PORT, SERVER_PORT, SYN, (int) seq, 0, 0));
        byte[] icmp = new byte[8 + quoted.length];
        icmp[0] = (byte) type;
        icmp[1] = (byte) code;
        System.arraycopy(quoted, 0, icmp, 8, quoted.length);
        boolean v6 = client.indexOf(':') >= 0;
        return frame(ip(v6 ? "2001:db8::99" : "10.0.0.99", client, v6 ? 58 : 1, icmp));
    }

    /** Lets time pass; a negative number goes back, as the clock of a second capture does. */
    Conversation after(long millis) {
        micros += millis * 1_000;
        return this;
    }

    private Conversation frame(byte[] packet) {
        pcap.frame(micros, ethernet(withId(packet, ++id)));
        micros += 1_000;
        return this;
    }

    Traffic traffic() {
        return Captures.read(pcap);
    }

    /** The attempts to the server, in the order of time. */
    List<ConnectionAttempt> attempts() {
        return traffic().destinations().stream()
                .filter(destination -> destination.endpoint().port() == SERVER_PORT)
                .findFirst()
                .orElseThrow()
                .attempts();
    }

    ConnectionAttempt only() {
        return attempts().get(0);
    }
}
