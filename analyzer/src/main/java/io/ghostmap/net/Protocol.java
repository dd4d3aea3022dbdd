package io.ghostmap.net;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** The transport protocols that a service can have, by IANA number. */
public enum Protocol {
    /** Cilium up to 1.16 writes 0 into service keys: one entry serves every protocol. */
    ANY(0),
    TCP(6),
    UDP(17),
    SCTP(132);

    private static final List<Optional<Protocol>> ALL =
            Stream.of(values()).map(Optional::of).toList();

    private final int number;

    Protocol(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }

    public static Optional<Protocol> ofNumber(int number) {
        for (Optional<Protocol> protocol : ALL) {
            if (protocol.get().number == number) {
                return protocol;
            }
        }
        return Optional.empty();
    }

    public static Optional<Protocol> ofName(String name) {
        for (Protocol protocol : values()) {
            if (protocol.name().equals(name.toUpperCase(Locale.ROOT))) {
                return Optional.of(protocol);
            }
        }
        return Optional.empty();
    }
}
