package io.ghostmap.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.support.Command;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** TCP segments and ICMP errors of a capture as tshark dissects them, the innermost headers of each frame. */
final class Tshark {
    private static final List<String> FIELDS = List.of(
            "frame.number",
            "frame.time_epoch",
            "ip.src",
            "ipv6.src",
            "tcp.srcport",
            "ip.dst",
            "ipv6.dst",
            "tcp.dstport",
            "tcp.seq_raw",
            "tcp.seq",
            "tcp.ack_raw",
            "tcp.flags",
            "tcp.len",
            "icmp.type",
            "icmpv6.type");

    private static final int SYN = 0x02;
    private static final int RST = 0x04;
    private static final int ACK = 0x10;

    private Tshark() {}

    /**
     * One segment; for an ICMP error the one that it quotes.
     *
     * @param quotedBy the ICMP or ICMPv6 type, or -1
     */
    record Segment(
            long frame,
            double seconds,
            String from,
            String to,
            long seq,
            long ack,
            int flags,
            long length,
            int quotedBy) {
        boolean isSyn() {
            return quotedBy < 0 && (flags & (SYN | ACK)) == SYN;
        }

        boolean isSynAck() {
            return quotedBy < 0 && (flags & (SYN | ACK)) == (SYN | ACK);
        }

        boolean isReset() {
            return quotedBy < 0 && (flags & RST) != 0;
        }

        boolean acknowledges(Segment syn) {
            long behind = ack - syn.seq() - 1 & 0xffff_ffffL;
            return (flags & ACK) != 0 && behind <= syn.length();
        }
    }

    static List<Segment> read(Path folder, Path capture) {
        List<String> argv = new ArrayList<>(List.of(
                "tshark",
                "-nr",
                capture.toString(),
                "-d",
                "udp.port==8472,vxlan",
                "-o",
                "ip.defragment:FALSE",
                "-o",
                "ipv6.defragment:FALSE",
                "-Y",
                "tcp",
                "-T",
                "fields",
                "-E",
                "occurrence=l"));
        FIELDS.forEach(field -> argv.addAll(List.of("-e", field)));
        Command command = Command.run(folder, argv);
        assertThat(command.exit()).as(command.err()).isZero();
        return command.out().lines().map(Tshark::segment).toList();
    }

    private static Segment segment(String line) {
        String[] field = line.split("\t", -1);
        // A quoted segment has no conversation, so that its number stands in tcp.seq as it was sent.
        String sequence = field[8].isEmpty() ? field[9] : field[8];
        String icmp = field[13] + field[14];
        return new Segment(
                Long.parseLong(field[0]),
                Double.parseDouble(field[1]),
                (field[3].isEmpty() ? field[2] : field[3]) + " " + field[4],
                (field[6].isEmpty() ? field[5] : field[6]) + " " + field[7],
                number(sequence),
                number(field[10]),
                field[11].isEmpty() ? 0 : Integer.decode(field[11]),
                number(field[12]),
                icmp.isEmpty() ? -1 : Integer.parseInt(icmp));
    }

    private static long number(String field) {
        return field.isEmpty() ? 0 : Long.parseLong(field);
    }
}
