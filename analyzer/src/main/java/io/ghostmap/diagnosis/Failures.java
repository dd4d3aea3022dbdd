package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.diagnosis.layers.FrontendLayers;
import io.ghostmap.diagnosis.wire.Journey;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.IpAddress;
import io.ghostmap.net.Protocol;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Failed attempts of a finding, and how many attempts of which client to which server they are. */
record Failures(Incident incident, List<Journey> journeys) {
    private static final int MAX_FRAMES = 8;

    private record Pair(IpAddress client, Endpoint server) {}

    boolean isEmpty() {
        return journeys.isEmpty();
    }

    List<Endpoint> servers() {
        return journeys.stream().map(Journey::server).distinct().toList();
    }

    List<Subject> subjects() {
        List<Subject> subjects = new ArrayList<>();
        for (Journey journey : journeys) {
            frontend(incident, journey.server())
                    .ifPresentOrElse(
                            frontend -> subjects.add(new Subject.Frontend(frontend)),
                            () -> subjects.add(new Subject.Backend(journey.server())));
            if (journey.isSentElsewhere()) {
                subjects.add(new Subject.Backend(journey.destination()));
            }
            subjects.add(new Subject.Client(journey.client().address()));
        }
        return subjects.stream().distinct().toList();
    }

    /** The frontend of the current maps at that address, over TCP. */
    static Optional<Frontend> frontend(Incident incident, Endpoint endpoint) {
        return Stream.of(Protocol.TCP, Protocol.ANY)
                .map(protocol -> Frontend.external(endpoint, protocol))
                .flatMap(frontend -> incident.layers().of(frontend).stream())
                .map(FrontendLayers::frontend)
                .findFirst();
    }

    /** Such as {@code 3 of 4 attempts of 10.0.0.7 to 10.96.0.10:80}, for the first few clients and servers. */
    Text shares() {
        Map<Pair, List<Journey>> byPair = new LinkedHashMap<>();
        for (Journey journey : journeys) {
            byPair.computeIfAbsent(new Pair(journey.client().address(), journey.server()), pair -> new ArrayList<>())
                    .add(journey);
        }
        return Text.few(byPair.entrySet().stream()
                .map(each -> Text.of(
                        "{} of {} of {} to {}",
                        Term.number(each.getValue().size()),
                        Text.count(incident.journeys().attempts(each.getValue().get(0)), "attempt", "attempts"),
                        Term.address(each.getKey().client()),
                        Term.endpoint(each.getKey().server())))
                .toList());
    }

    /** The devices through which they came in. */
    List<Term> entries() {
        return journeys.stream()
                .flatMap(journey -> journey.entry().stream())
                .distinct()
                .map(device -> Term.name(Term.NameKind.INTERFACE, device))
                .map(Term.class::cast)
                .toList();
    }

    List<Citation> frames() {
        return journeys.stream()
                .flatMap(journey -> Stream.concat(
                        Citations.syns(journey.asked()),
                        Stream.concat(
                                journey.translated().stream().flatMap(Citations::syns),
                                journey.answered().stream().flatMap(Citations::reply))))
                .distinct()
                .limit(MAX_FRAMES)
                .toList();
    }
}
