import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/**
 * Writes the captures of the benchmark; one seed gives the same bytes on every machine.
 *
 * <pre>java CaptureGenerator.java mixed|mixed-sll2|openings|flood PACKETS SEED FILE</pre>
 */
final class CaptureGenerator {
    private static final int SLL2 = 276;
    private static final int ETHERNET = 1;
    private static final int SNAP_LENGTH = 345;
    private static final int PODS = 200;
    private static final int SERVERS = 2_000;
    private static final int OPEN_CONVERSATIONS = 4_000;
    private static final int FIN_ACK = 0x11;
    private static final int SYN = 0x02;
    private static final int SYN_ACK = 0x12;
    private static final int ACK = 0x10;
    private static final int PSH_ACK = 0x18;
    private static final int RST_ACK = 0x14;

    private final SplittableRandom random;
    private final int linkType;
    private final OutputStream out;
    private final ByteBuffer record = ByteBuffer.allocate(16 + SNAP_LENGTH + 64);
    private long micros = 1_795_000_000_000_000L;

    /** A conversation as the generator plays it: addresses by index, and how far it got. */
    private static final class Conversation {
        private int client;
        private int clientPort;
        private int server;
        private int sequence;
        private int answer;
        private int left;
        private int step;
    }

    private CaptureGenerator(long seed, int linkType, OutputStream out) {
        this.random = new SplittableRandom(seed);
        this.linkType = linkType;
        this.out = out;
    }

    public static void main(String[] args) throws IOException {
        String kind = args[0];
        long packets = Long.parseLong(args[1]);
        long seed = Long.parseLong(args[2]);
        int linkType = kind.equals("mixed-sll2") ? SLL2 : ETHERNET;
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(Path.of(args[3])), 1 << 20)) {
            CaptureGenerator generator = new CaptureGenerator(seed, linkType, out);
            generator.header();
            switch (kind) {
                case "mixed", "mixed-sll2" -> generator.mixed(packets);
                case "openings" -> generator.openings(packets);
                case "flood" -> generator.flood(packets);
                default -> throw new IllegalArgumentException(kind);
            }
        }
    }

    private void header() throws IOException {
        ByteBuffer header = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
        header.putInt(0xa1b2c3d4).putShort((short) 2).putShort((short) 4).putInt(0).putInt(0);
        out.write(header.putInt(SNAP_LENGTH).putInt(linkType).array());
    }

    /** Whole conversations: SYN, SYN-ACK, ACK, data and their ACKs, FIN from both sides; about 1 % SYNs. */
    private void mixed(long packets) throws IOException {
        Conversation[] open = new Conversation[OPEN_CONVERSATIONS];
        for (int i = 0; i < open.length; i++) {
            open[i] = new Conversation();
            start(open[i]);
            open[i].step = 3; // in the middle, so that SYNs are spread from the first frame on
            open[i].left = random.nextInt(90);
        }
        for (long i = 0; i < packets; i++) {
            play(open[random.nextInt(open.length)]);
        }
    }

    private void start(Conversation c) {
        c.client = random.nextInt(PODS);
        c.clientPort = 32_768 + random.nextInt(28_000);
        c.server = random.nextInt(SERVERS);
        c.sequence = random.nextInt();
        c.answer = random.nextInt();
        c.left = 60 + random.nextInt(70);
        c.step = 0;
    }

    private void play(Conversation c) throws IOException {
        switch (c.step) {
            case 0 -> send(c, true, SYN, 0);
            case 1 -> send(c, false, SYN_ACK, 0);
            case 2 -> send(c, true, ACK, 0);
            case 3 -> {
                boolean fromClient = random.nextInt(3) == 0;
                boolean data = random.nextInt(2) == 0;
                send(c, fromClient, data ? PSH_ACK : ACK, data ? 100 + random.nextInt(1_300) : 0);
                if (c.left-- > 0) {
                    return;
                }
            }
            case 4 -> send(c, true, FIN_ACK, 0);
            case 5 -> send(c, false, FIN_ACK, 0);
            default -> {
                start(c);
                return;
            }
        }
        c.step++;
    }

    private void send(Conversation c, boolean fromClient, int flags, int payload) throws IOException {
        int client = 0x0a00_0000 | c.client;
        // A /24 for each of 16 nodes: tcpdump keeps names by the upper octets, and many in one bucket would slow it down.
        int server = 0x0a80_0000 | c.server % 16 << 16 | c.server / 16;
        frame(
                fromClient ? client : server,
                fromClient ? c.clientPort : 8_080,
                fromClient ? server : client,
                fromClient ? 8_080 : c.clientPort,
                flags,
                fromClient ? c.sequence : c.answer,
                flags == SYN ? 0 : (fromClient ? c.answer : c.sequence) + 1,
                payload,
                fromClient ? 2 : 3);
    }

    /** What the collector's filter lets through: each SYN on two interfaces, then its answer or refusal. */
    private void openings(long packets) throws IOException {
        Conversation c = new Conversation();
        for (long i = 0; i < packets; i += 3) {
            start(c);
            send(c, true, SYN, 0);
            if (i + 1 < packets) {
                send(c, true, SYN, 0);
            }
            if (i + 2 < packets) {
                send(c, false, random.nextInt(10) == 0 ? RST_ACK : SYN_ACK, 0);
            }
        }
    }

    /** Every packet a SYN of another source, to one destination. */
    private void flood(long packets) throws IOException {
        for (long i = 0; i < packets; i++) {
            int source = (int) (0x1000_0000L + i);
            frame(source, 1_024 + (int) (i % 60_000), 0x0a80_0001, 80, SYN, random.nextInt(), 0, 0, 2);
        }
    }

    private void frame(
            int from, int fromPort, int to, int toPort, int flags, int seq, int ack, int payload, int ifindex)
            throws IOException {
        micros += 1 + random.nextInt(20);
        int kept = Math.min(payload, SNAP_LENGTH - 54);
        record.clear().position(16);
        link(ifindex);
        record.put((byte) 0x45).put((byte) 0).putShort((short) (40 + payload));
        record.putShort((short) random.nextInt()).putShort((short) 0x4000);
        record.put((byte) 64).put((byte) 6).putShort((short) 0).putInt(from).putInt(to);
        record.putShort((short) fromPort).putShort((short) toPort).putInt(seq).putInt(ack);
        record.put((byte) 0x50).put((byte) flags).putShort((short) 64_240).putInt(0);
        for (int i = 0; i < kept; i++) {
            record.put((byte) (i < kept / 2 ? random.nextInt() : 'a' + i % 26));
        }
        int captured = record.position() - 16;
        record.order(ByteOrder.LITTLE_ENDIAN);
        record.putInt(0, (int) (micros / 1_000_000)).putInt(4, (int) (micros % 1_000_000));
        record.putInt(8, captured).putInt(12, captured - kept + payload);
        record.order(ByteOrder.BIG_ENDIAN);
        out.write(record.array(), 0, record.position());
    }

    private void link(int ifindex) {
        if (linkType == ETHERNET) {
            record.putLong(0x0200_0000_0001_0200L).putInt(2).putShort((short) 0x0800);
        } else {
            record.putShort((short) 0x0800).putShort((short) 0).putInt(ifindex).putShort((short) 1);
            record.put((byte) 0).put((byte) 6).putLong(0x0200_0000_0001_0000L);
        }
    }
}
