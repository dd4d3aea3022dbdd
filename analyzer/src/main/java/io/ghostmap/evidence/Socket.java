package io.ghostmap.evidence;

import io.ghostmap.bundle.Citation;
import io.ghostmap.bundle.Printable;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.Protocol;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A socket with a peer as {@code ss -e} lists it. Mapped addresses are given as IPv4 addresses.
 *
 * @param remote where its packets go: the backend, if it was translated
 * @param cgroup that owns it, as a path below the root of the hierarchy; empty if {@code ss} does not show it
 * @param cookie the kernel's own number for the socket, which no other socket of this boot has
 */
public record Socket(
        Protocol protocol, String state, Endpoint local, Endpoint remote, String cgroup, long cookie, Citation source) {

    private static final Pattern LINE =
            Pattern.compile("(tcp|udp)\\s+(\\S+)\\s+\\d+\\s+\\d+\\s+(\\S+)\\s+(\\S+)\\s.*?\\bsk:([0-9a-f]{1,16})\\b.*");

    private static final Pattern CGROUP = Pattern.compile("\\scgroup:(/\\S*)");

    private static final Pattern ZONE = Pattern.compile("%[^:\\]]*");

    /** Empty for a line of another form, and for a socket without a peer. */
    static Optional<Socket> parse(String line, String file, int number) {
        Matcher fields = LINE.matcher(line);
        if (!fields.matches()) {
            return Optional.empty();
        }
        Optional<Protocol> protocol = Protocol.ofName(fields.group(1));
        Optional<Endpoint> local = endpoint(fields.group(3));
        Optional<Endpoint> remote = endpoint(fields.group(4));
        if (protocol.isEmpty() || local.isEmpty() || remote.isEmpty()) {
            return Optional.empty();
        }
        String quote = fields.group(2) + " " + fields.group(3) + " " + fields.group(4) + " sk:" + fields.group(5);
        return Optional.of(new Socket(
                protocol.get(),
                fields.group(2),
                local.get(),
                remote.get(),
                cgroup(line),
                Long.parseUnsignedLong(fields.group(5), 16),
                new Citation(file, "line " + number, quote)));
    }

    private static String cgroup(String line) {
        Matcher owner = CGROUP.matcher(line);
        return owner.find() ? Printable.cut(owner.group(1), ListRow.MAX_TEXT) : "";
    }

    private static Optional<Endpoint> endpoint(String text) {
        return Endpoint.parse(ZONE.matcher(text).replaceAll("")).map(Endpoint::unmapped);
    }
}
