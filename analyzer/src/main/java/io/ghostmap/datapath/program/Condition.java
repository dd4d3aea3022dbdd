package io.ghostmap.datapath.program;

import io.ghostmap.evidence.MapEntry;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.IpAddress;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Something that the evidence leaves open and that decides what a program does: a fact, or its opposite. Each names what it
 * is about, so that two programs that depend on the same thing find it alike, and two that depend on different things do
 * not. {@link Conditions} takes them for given, always both sides of one. The words for them are the report's.
 */
public sealed interface Condition {
    /** What holds wherever this does not. */
    Condition complement();

    /** Whether the other holds wherever this does. */
    boolean implies(Condition other);

    /** Whether both can never hold. */
    default boolean contradicts(Condition other) {
        return implies(other.complement());
    }

    /** The opposite of a fact. */
    record Not(Fact fact) implements Condition {
        @Override
        public Condition complement() {
            return fact;
        }

        @Override
        public boolean implies(Condition other) {
            return other instanceof Not not && not.fact.entails(fact);
        }
    }

    /** What can be so or not. */
    sealed interface Fact extends Condition {
        @Override
        default Condition complement() {
            return new Not(this);
        }

        @Override
        default boolean implies(Condition other) {
            return other instanceof Not not ? excludes(not.fact) : entails((Fact) other);
        }

        /** Whether the other is so wherever this is. */
        default boolean entails(Fact other) {
            return equals(other);
        }

        /** Whether the other is never so where this is. */
        default boolean excludes(Fact other) {
            return !namespaces().isEmpty()
                    && !other.namespaces().isEmpty()
                    && Collections.disjoint(namespaces(), other.namespaces());
        }

        /** The network namespaces of which the client is in one, by their cookies; empty where it can be in any. */
        default Set<Long> namespaces() {
            return Set.of();
        }
    }

    /** The client is in the node's own network namespace, not in a pod's. */
    record ClientOnHost() implements Fact {}

    /** The client is in one of the network namespaces with these cookies. */
    record ClientInNamespace(SortedSet<Long> cookies) implements Fact {
        public ClientInNamespace {
            cookies = Collections.unmodifiableSortedSet(cookies);
        }

        public static ClientInNamespace of(Collection<Long> cookies) {
            SortedSet<Long> sorted = new TreeSet<>(Long::compareUnsigned);
            sorted.addAll(cookies);
            return new ClientInNamespace(sorted);
        }

        @Override
        public boolean entails(Fact other) {
            return other instanceof ClientInNamespace that && that.cookies.containsAll(cookies);
        }

        @Override
        public Set<Long> namespaces() {
            return cookies;
        }
    }

    /** The client itself answers at that address, to which it is sent. */
    record ClientIsBackend(Endpoint backend) implements Fact {}

    /**
     * The client is to reach the service itself, not what a local redirect policy has in its place.
     *
     * @param map that lists such clients; empty where it is not known which map that is
     * @param program that looks there; empty where the map is known, in which any program finds the same
     */
    record ExemptFromRedirect(Optional<Integer> map, Optional<Integer> program, Endpoint service) implements Fact {
        public static ExemptFromRedirect by(int program, Optional<Integer> map, Endpoint service) {
            return new ExemptFromRedirect(map, map.isPresent() ? Optional.empty() : Optional.of(program), service);
        }
    }

    /**
     * The client is in one of these network namespaces, and its session has not run out.
     *
     * @param sessions the entry of each, by the namespace's cookie
     */
    record SessionAlive(SortedMap<Long, MapEntry> sessions) implements Fact {
        public SessionAlive {
            sessions = Collections.unmodifiableSortedMap(sessions);
        }

        public static SessionAlive of(Map<Long, MapEntry> sessions) {
            SortedMap<Long, MapEntry> sorted = new TreeMap<>(Long::compareUnsigned);
            sorted.putAll(sessions);
            return new SessionAlive(sorted);
        }

        @Override
        public boolean entails(Fact other) {
            if (other instanceof ClientInNamespace client) {
                return client.cookies().containsAll(sessions.keySet());
            }
            return other instanceof SessionAlive that
                    && that.sessions.entrySet().containsAll(sessions.entrySet());
        }

        /** A client can have a session in each of two maps, but is not in two namespaces. */
        @Override
        public Set<Long> namespaces() {
            return sessions.keySet();
        }
    }

    /**
     * The address is one of this node.
     *
     * @param orOfAnother whether an address of another node will do as well
     */
    record AddressOfNode(IpAddress address, boolean orOfAnother) implements Fact {
        @Override
        public boolean entails(Fact other) {
            return other instanceof AddressOfNode that
                    && address.equals(that.address)
                    && (that.orOfAnother || !orOfAnother);
        }
    }

    /**
     * The program was built with an option.
     *
     * @param option the agent's flag
     * @param asNow whether the agent that runs now has it; otherwise it is not known how that has it either
     */
    record BuiltWith(int program, String option, boolean asNow) implements Fact {}

    /** The program is of one of these releases. */
    record OfRelease(int program, List<Release> releases) implements Fact {
        public OfRelease {
            releases = List.copyOf(releases);
        }

        @Override
        public boolean entails(Fact other) {
            return other instanceof OfRelease that && program == that.program && that.releases.containsAll(releases);
        }

        @Override
        public boolean excludes(Fact other) {
            return other instanceof OfRelease that
                    && program == that.program
                    && Collections.disjoint(releases, that.releases);
        }
    }
}
