package io.ghostmap.datapath.cilium;

import io.ghostmap.datapath.Frontend;
import io.ghostmap.datapath.Service;
import io.ghostmap.datapath.Table;
import io.ghostmap.datapath.program.Condition;
import io.ghostmap.datapath.program.Conditions;
import io.ghostmap.evidence.AgentOptions;
import io.ghostmap.evidence.AgentOptions.Option;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.Protocol;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Finds the service of an address, as {@code lb4_lookup_service} and {@code sock4_wildcard_lookup} do. */
final class ServiceFinder {
    private static final String USUAL_RANGE = Option.NODE_PORT_RANGE.flag() + "=" + AgentOptions.DEFAULT.firstNodePort()
            + "-" + AgentOptions.DEFAULT.lastNodePort();

    private final Inquiry inquiry;
    private final BiConsumer<Service, Conditions> found;

    /** {@code found} goes on with the service. */
    ServiceFinder(Inquiry inquiry, BiConsumer<Service, Conditions> found) {
        this.inquiry = inquiry;
        this.found = found;
    }

    void find(Conditions given) {
        inTable(
                given,
                where -> {
                    if (mayBeNodePort() && inquiry.has(Trait.SURROGATE_ALONE)) {
                        findOne(where);
                    } else {
                        findEither(where);
                    }
                },
                inquiry::miss); // a program without that family's maps leaves the address alone
    }

    private boolean mayBeNodePort() {
        int port = inquiry.destination.port();
        return inquiry.setting.options().isNodePort(port)
                || AgentOptions.DEFAULT.isNodePort(port)
                || !inquiry.setting.options().isKnown(Option.NODE_PORT_RANGE);
    }

    private void inTable(Conditions given, Consumer<Conditions> with, Consumer<Conditions> without) {
        Table<SortedMap<Frontend, Service>> services = inquiry.tables.services();
        if (services.doubt().isPresent()) {
            inquiry.unknown(services.doubt().get(), given);
        } else if (services.mapId().isEmpty()) {
            without.accept(given);
        } else if (services.content().isEmpty()) {
            inquiry.unknown(
                    Text.of("map {} was not dumped", Term.map(services.mapId().get())), given);
        } else {
            inquiry.byProxy(given, with);
        }
    }

    private void findDirect(Conditions given, Consumer<Conditions> missed) {
        found(lookup(inquiry.destination, given), given, missed);
    }

    private void found(Optional<Service> service, Conditions given, Consumer<Conditions> missed) {
        Table<SortedMap<Frontend, Service>> services = inquiry.tables.services();
        if (service.isPresent()) {
            found.accept(service.get(), given);
        } else if (services.whole()) {
            missed.accept(given);
        } else {
            inquiry.unknown(
                    Text.of(
                            "the dump of map {} is damaged, so that the entry may be missing from it",
                            Term.map(services.mapId().orElseThrow())),
                    given);
        }
    }

    /**
     * What the program once translated: before 1.8 it does not look for NodePorts then. One without a services map cannot
     * look, and what it does instead is not known.
     */
    void findAgain(Conditions given) {
        inTable(
                given,
                where -> {
                    if (inquiry.has(Trait.RECALLS_SURROGATES)) {
                        findEither(where);
                    } else {
                        findDirect(where, inquiry::miss);
                    }
                },
                where -> inquiry.unknown(Text.of("the program references no services map that is known"), where));
    }

    private void findEither(Conditions given) {
        findDirect(given, this::findSurrogate);
    }

    /** 1.6 looks under one of both addresses. */
    private void findOne(Conditions given) {
        byRange(given, (inRange, where) -> {
            if (!inRange) {
                findDirect(where, inquiry::miss);
            } else if (inquiry.destination.address().isLoopback()) {
                findUnderZero(where);
            } else {
                findByOwner(where);
            }
        });
    }

    private void findByOwner(Conditions given) {
        switch (inquiry.owner()) {
            case THIS_NODE -> findUnderZero(given);
            case ANOTHER_NODE, NO_NODE -> findDirect(given, inquiry::miss);
            case UNKNOWN ->
                given.split(
                        new Condition.AddressOfNode(inquiry.destination.address(), false),
                        this::findUnderZero,
                        where -> findDirect(where, inquiry::miss));
        }
    }

    private void findUnderZero(Conditions given) {
        found(lookup(zero(), given), given, inquiry::miss);
    }

    private Endpoint zero() {
        return new Endpoint(Inquiry.unspecified(inquiry.family), inquiry.destination.port());
    }

    /** The entry of the external scope and, where it says so, instead of it that of the internal one. */
    private Optional<Service> lookup(Endpoint asked, Conditions given) {
        Optional<Service> entry = entry(asked, inquiry.protocol, false);
        if (entry.isPresent()) {
            Service external = entry.get();
            if (inquiry.ask(release -> switchesScope(release, ServiceMarks.of(external)))) {
                entry = entry(asked, external.frontend().protocol(), true);
            }
        }
        return entry.filter(service -> service.count() > 0
                || BackendFinder.isProxied(inquiry, service, given)
                || inquiry.has(Trait.REFUSES_DEAD_ENDS));
    }

    private static boolean switchesScope(Semantics release, ServiceMarks marks) {
        return release.has(Trait.SCOPES)
                && marks.has(release.has(Trait.TWO_SCOPES) ? ServiceFlag.TWO_SCOPES : ServiceFlag.EXTERNAL_LOCAL);
    }

    /** {@code good}: what is asked for by the releases that stay with the protocol that they found first. */
    private Optional<Service> entry(Endpoint asked, Protocol good, boolean internalScope) {
        Protocol protocol = inquiry.protocol;
        Optional<Service> exact = inquiry.view.service(new Frontend(asked, protocol, internalScope));
        if (exact.isPresent() && inquiry.allSay(release -> asksForExact(release, good))) {
            return exact;
        }
        Optional<Service> any = inquiry.view.service(new Frontend(asked, Protocol.ANY, internalScope));
        return inquiry.ask(release -> {
            if (!asksForExact(release, good)) {
                return any;
            }
            return release.has(Trait.LOOKS_FOR_ANY_AS_WELL) ? exact.or(() -> any) : exact;
        });
    }

    /** Whether it takes an entry of the exact protocol if there is one. */
    private boolean asksForExact(Semantics release, Protocol good) {
        return release.has(Trait.LOOKS_FOR_PROTOCOL)
                && (!release.has(Trait.STAYS_WITH_ANY) || good == inquiry.protocol);
    }

    /** The entries for NodePorts and HostPorts have address 0 and hold for the addresses of this host. */
    private void findSurrogate(Conditions given) {
        byRange(given, this::findSurrogate);
    }

    private void byRange(Conditions given, BiConsumer<Boolean, Conditions> find) {
        int port = inquiry.destination.port();
        boolean inRange = inquiry.setting.options().isNodePort(port);
        boolean usually = AgentOptions.DEFAULT.isNodePort(port);
        if (!inquiry.setting.options().isKnown(Option.NODE_PORT_RANGE)) {
            given.split(
                    new Condition.BuiltWith(inquiry.program(), USUAL_RANGE, false),
                    where -> find.accept(usually, where),
                    where -> find.accept(!usually, where));
            return;
        }
        inquiry.byOption(
                inRange != usually,
                Option.NODE_PORT_RANGE,
                given,
                where -> find.accept(inRange, where),
                where -> find.accept(usually, where));
    }

    private void findSurrogate(boolean inRange, Conditions given) {
        Endpoint destination = inquiry.destination;
        Optional<Service> surrogate = lookup(zero(), given).filter(service -> isFor(inRange, service));
        if (surrogate.isEmpty() || destination.address().isUnspecified()) {
            inquiry.miss(given);
            return;
        }
        Service service = surrogate.get();
        if (destination.address().isLoopback()) {
            inquiry.onHost(
                    given, where -> found.accept(service, where), where -> surrogateByOwner(inRange, service, where));
        } else {
            surrogateByOwner(inRange, service, given);
        }
    }

    private boolean isFor(boolean inRange, Service service) {
        return inRange
                ? inquiry.marked(service, ServiceFlag.NODE_PORT)
                : inquiry.marked(service, ServiceFlag.HOST_PORT)
                        && (!inquiry.marked(service, ServiceFlag.LOOPBACK)
                                || inquiry.destination.address().isLoopback());
    }

    /** NodePorts hold for the addresses of all nodes, host ports for those of this one. */
    private void surrogateByOwner(boolean inRange, Service service, Conditions given) {
        switch (inquiry.owner()) {
            case THIS_NODE -> found.accept(service, given);
            case ANOTHER_NODE -> {
                if (inRange) {
                    found.accept(service, given);
                } else {
                    inquiry.miss(given);
                }
            }
            case NO_NODE -> inquiry.miss(given);
            case UNKNOWN ->
                given.split(
                        new Condition.AddressOfNode(inquiry.destination.address(), inRange),
                        where -> found.accept(service, where),
                        inquiry::miss);
        }
    }
}
