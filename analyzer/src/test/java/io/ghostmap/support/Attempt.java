package io.ghostmap.support;

import io.ghostmap.net.Endpoint;
import io.ghostmap.net.IpAddress;
import java.util.Optional;

/**
 * An attempt to connect over TCP, as a capture on all interfaces has it. What is said of it in the order in which a packet
 * goes:
 *
 * <pre>{@code
 * attempt("10.0.0.7", VIP).enters("lxc1").translatedTo("10.0.1.1:80").leaves("eth0").answered()
 * }</pre>
 */
public final class Attempt {
    private static final long SECOND = 1_000_000;
    private static final long ROUND_TRIP = 90;
    private static final long NEXT_DEVICE = 30;
    private static final int CLIENT_PORT = 4000;
    private static final int IN = 0;
    private static final int OUT = 4;

    private final Endpoint client;
    private final Endpoint server;
    private Endpoint clientBehind;
    private Endpoint serverBehind;
    private Optional<String> entry = Optional.empty();
    private Optional<String> exit = Optional.empty();
    private long start;
    private Ending ending = Ending.UNANSWERED;
    private int repeats;

    private enum Ending {
        UNANSWERED,
        ANSWERED,
        REFUSED,
        /** The answer comes in, and goes no further. */
        ANSWER_LOST,
        /** The answer reaches the client's device with the address of whoever gave it. */
        ANSWER_UNTRANSLATED
    }

    private Attempt(Endpoint client, Endpoint server) {
        this.client = client;
        this.server = server;
        this.clientBehind = client;
        this.serverBehind = server;
    }

    /** From port 4000 of the client. */
    public static Attempt attempt(String client, String server) {
        return attempt(client, CLIENT_PORT, server);
    }

    public static Attempt attempt(String client, int clientPort, String server) {
        return new Attempt(new Endpoint(IpAddress.parse(client).orElseThrow(), clientPort), Addresses.endpoint(server));
    }

    /** When its SYN was seen, in microseconds of the capture. */
    public Attempt at(long micros) {
        start = micros;
        return this;
    }

    /** Comes in by that device of {@link TestNode#DEVICES}. */
    public Attempt enters(String device) {
        entry = Optional.of(device);
        return this;
    }

    /** Goes out by that device. */
    public Attempt leaves(String device) {
        exit = Optional.of(device);
        return this;
    }

    /** The node replaces the address of the server. */
    public Attempt translatedTo(String backend) {
        serverBehind = Addresses.endpoint(backend);
        return this;
    }

    /** The node replaces the address of the client. */
    public Attempt masqueradedAs(String address, int port) {
        clientBehind = new Endpoint(IpAddress.parse(address).orElseThrow(), port);
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

    /** The answer comes to the node, and does not go on to the client. */
    public Attempt answerLost() {
        ending = Ending.ANSWER_LOST;
        return this;
    }

    /** The answer reaches the client with the address of the backend. */
    public Attempt answerUntranslated() {
        ending = Ending.ANSWER_UNTRANSLATED;
        return this;
    }

    /** Answered, and the client sends its SYN again all the same. */
    public Attempt answeredInVain() {
        repeats = 2;
        return answered();
    }

    void write(PcapFile pcap) {
        int sendings = ending == Ending.ANSWERED || ending == Ending.REFUSED ? 1 + repeats : 2;
        for (int sending = 0; sending < sendings; sending++) {
            long at = start + sending * SECOND;
            request(pcap, at);
            if (ending != Ending.UNANSWERED) {
                reply(pcap, at + ROUND_TRIP);
            }
        }
    }

    /** The port of the client is the number of its SYN as well: no two attempts of a test are copies of each other. */
    private void request(PcapFile pcap, long at) {
        if (entry.isPresent() || exit.isEmpty()) {
            segment(pcap, entry, IN, at, client, server, PcapFile.SYN, client.port(), 0);
        }
        if (exit.isPresent()) {
            segment(pcap, exit, OUT, at + NEXT_DEVICE, clientBehind, serverBehind, PcapFile.SYN, client.port(), 0);
        }
    }

    private void reply(PcapFile pcap, long at) {
        int flags = ending == Ending.REFUSED ? PcapFile.RST_ACK : PcapFile.SYN_ACK;
        int number = ending == Ending.REFUSED ? 0 : 7;
        if (exit.isPresent()) {
            segment(pcap, exit, IN, at, serverBehind, clientBehind, flags, number, client.port() + 1);
        }
        if (ending != Ending.ANSWER_LOST && (entry.isPresent() || exit.isEmpty())) {
            Endpoint shown = ending == Ending.ANSWER_UNTRANSLATED ? serverBehind : server;
            segment(pcap, entry, OUT, at + NEXT_DEVICE, shown, client, flags, number, client.port() + 1);
        }
    }

    private static void segment(
            PcapFile pcap,
            Optional<String> device,
            int direction,
            long at,
            Endpoint from,
            Endpoint to,
            int flags,
            long seq,
            long ack) {
        String source = from.address().toString();
        String target = to.address().toString();
        if (device.isEmpty()) {
            pcap.tcp(at, source, from.port(), target, to.port(), flags, seq, ack);
        } else {
            pcap.tcpAt(
                    TestNode.index(device.get()),
                    direction,
                    at,
                    source,
                    from.port(),
                    target,
                    to.port(),
                    flags,
                    seq,
                    ack);
        }
    }
}
