package io.ghostmap.support;

import io.ghostmap.net.Endpoint;

/** An attempt to connect over TCP, as a capture on all interfaces has it. */
public final class Attempt {
    private static final long SECOND = 1_000_000;
    private static final long ROUND_TRIP = 90;
    private static final int CLIENT_PORT = 4000;

    private final String client;
    private final int clientPort;
    private final Endpoint server;
    private long start;
    private Ending ending = Ending.UNANSWERED;

    private enum Ending {
        UNANSWERED,
        ANSWERED,
        REFUSED
    }

    private Attempt(String client, int clientPort, Endpoint server) {
        this.client = client;
        this.clientPort = clientPort;
        this.server = server;
    }

    /** From port 4000 of the client. */
    public static Attempt attempt(String client, String server) {
        return attempt(client, CLIENT_PORT, server);
    }

    public static Attempt attempt(String client, int clientPort, String server) {
        return new Attempt(client, clientPort, Addresses.endpoint(server));
    }

    /** When its SYN was seen, in microseconds of the capture. */
    public Attempt at(long micros) {
        start = micros;
        return this;
    }

    /** The SYN, and a second later the same once more. */
    public Attempt unanswered() {
        ending = Ending.UNANSWERED;
        return this;
    }

    public Attempt answered() {
        ending = Ending.ANSWERED;
        return this;
    }

    public Attempt refused() {
        ending = Ending.REFUSED;
        return this;
    }

    void write(PcapFile pcap) {
        String address = server.address().toString();
        int seq = 1;
        pcap.tcp(start, client, clientPort, address, server.port(), PcapFile.SYN, seq, 0);
        switch (ending) {
            case UNANSWERED ->
                pcap.tcp(start + SECOND, client, clientPort, address, server.port(), PcapFile.SYN, seq, 0);
            case ANSWERED ->
                pcap.tcp(start + ROUND_TRIP, address, server.port(), client, clientPort, PcapFile.SYN_ACK, 7, seq + 1);
            case REFUSED ->
                pcap.tcp(start + ROUND_TRIP, address, server.port(), client, clientPort, PcapFile.RST_ACK, 0, seq + 1);
        }
    }
}
