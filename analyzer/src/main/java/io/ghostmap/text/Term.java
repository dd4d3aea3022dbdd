package io.ghostmap.text;

import io.ghostmap.net.IpAddress;
import io.ghostmap.net.Protocol;
import java.time.Instant;
import java.util.Locale;

/**
 * A value in a sentence, with its kind. A renderer decides by the kind how the value looks, what it links to and what
 * replaces it in a copy that is to be shared.
 */
public sealed interface Term extends Piece {
    /** An address without a port. */
    record Address(IpAddress address) implements Term {
        @Override
        public String plain() {
            return address.toString();
        }
    }

    /** An address and a port. */
    record Endpoint(io.ghostmap.net.Endpoint endpoint) implements Term {
        @Override
        public String plain() {
            return endpoint.toString();
        }
    }

    /**
     * What a client asks for.
     *
     * @param internalScope whether it is the entry of the internal scope, which cilium-dbg marks with {@code /i}
     */
    record Frontend(io.ghostmap.net.Endpoint endpoint, Protocol protocol, boolean internalScope) implements Term {
        @Override
        public String plain() {
            return endpoint + "/" + protocol + (internalScope ? "/i" : "");
        }
    }

    /** What a number identifies. */
    enum IdKind {
        PROGRAM,
        MAP,
        LINK,
        BACKEND,
        REV_NAT,
        SLOT,
        /** The cookie of a network namespace; unsigned. */
        NETNS_COOKIE,
        /** The cookie of a socket; unsigned. */
        SOCKET_COOKIE,
        /** The inode number of a cgroup, which is its id. */
        CGROUP,
        /** A security identity of Cilium. */
        IDENTITY
    }

    /** The id of something; the words around it say of what. */
    record Id(IdKind kind, long id) implements Term {
        @Override
        public String plain() {
            return Long.toUnsignedString(id);
        }
    }

    /** What a name or another text from the bundle is. */
    enum NameKind {
        /** {@code namespace/name}, with a port's name or number if there is one. */
        SERVICE,
        POD,
        NODE,
        /** A directory of a cgroup on the node. */
        CGROUP,
        /** A path on the node, such as a pin. */
        PATH,
        /** A path inside the bundle. */
        MEMBER,
        INTERFACE,
        /** Of a table of netfilter. */
        CHAIN,
        PROGRAM_NAME,
        MAP_NAME,
        ATTACH_TYPE,
        /** A release of Cilium, the kernel or a tool. */
        VERSION,
        /** A flag or a setting, without its value. */
        OPTION,
        /** A symbolic error number, such as {@code EPERM}. */
        ERRNO,
        /** A protocol, a reply, a state or another word from a fixed list. */
        WORD,
        /** Text as the bundle has it, of which nothing more is known: the least that is safe to share. */
        QUOTE
    }

    /** A name, a path or another text from the bundle. */
    record Name(NameKind kind, String name) implements Term {
        @Override
        public String plain() {
            return name;
        }
    }

    /** A count or another number that identifies nothing. */
    record Amount(long number) implements Term {
        @Override
        public String plain() {
            return Long.toString(number);
        }
    }

    /** A part of a whole, 0 to 1. */
    record Share(double share) implements Term {
        /** In percent, with at most one decimal. */
        @Override
        public String plain() {
            long tenths = Math.round(share * 1000);
            return tenths % 10 == 0
                    ? tenths / 10 + " %"
                    : String.format(Locale.ROOT, "%d.%d %%", tenths / 10, tenths % 10);
        }
    }

    /** A point in time, as the node's clock showed it. */
    record Time(Instant time) implements Term {
        @Override
        public String plain() {
            return time.toString();
        }
    }

    /** A frame of a capture in the bundle, counted from 1 as Wireshark does. */
    record Frame(String file, long number) implements Term {
        @Override
        public String plain() {
            return Long.toString(number);
        }
    }

    static Term address(IpAddress address) {
        return new Address(address);
    }

    static Term endpoint(io.ghostmap.net.Endpoint endpoint) {
        return new Endpoint(endpoint);
    }

    static Term program(int id) {
        return new Id(IdKind.PROGRAM, id);
    }

    static Term map(int id) {
        return new Id(IdKind.MAP, id);
    }

    static Term link(int id) {
        return new Id(IdKind.LINK, id);
    }

    static Term id(IdKind kind, long id) {
        return new Id(kind, id);
    }

    static Term name(NameKind kind, String name) {
        return new Name(kind, name);
    }

    static Term cgroup(String directory) {
        return new Name(NameKind.CGROUP, directory);
    }

    static Term path(String path) {
        return new Name(NameKind.PATH, path);
    }

    static Term member(String path) {
        return new Name(NameKind.MEMBER, path);
    }

    static Term version(String version) {
        return new Name(NameKind.VERSION, version);
    }

    static Term option(String flag) {
        return new Name(NameKind.OPTION, flag);
    }

    static Term word(String word) {
        return new Name(NameKind.WORD, word);
    }

    static Term quote(String text) {
        return new Name(NameKind.QUOTE, text);
    }

    static Term number(long number) {
        return new Amount(number);
    }

    static Term share(double share) {
        return new Share(share);
    }
}
