package io.ghostmap.report;

import io.ghostmap.replay.Hook;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import io.ghostmap.traffic.Destination;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A {@link ConnectionPath} station by station, as the page draws it: the application, each program in run order, the wire,
 * the answer.
 *
 * @param instead where the current generation alone would send it, if the programs as they run do not
 */
record PathDrawing(Term frontend, List<Station> stations, Optional<Text> instead) {
    private static final int MAX_CLIENTS = 3;
    private static final int MAX_HOOKS = 3;
    private static final int MAX_DESTINATIONS = 3;

    /**
     * A box of the drawing.
     *
     * @param tone its class in the style sheet: {@code plain}, {@code stale}, {@code current}, {@code bad}, {@code good}
     * @param leaves the address that goes on from here, if a connection does
     */
    record Station(String tone, Text title, List<Text> lines, Optional<Text> leaves) {
        private static Station last(String tone, Text title, Text line) {
            return new Station(tone, title, List.of(line), Optional.empty());
        }
    }

    static PathDrawing of(ConnectionPath path) {
        ReplayAccount account = path.account();
        List<Station> stations = new ArrayList<>();
        stations.add(application(path));
        if (account.turns().isEmpty()) {
            stations.add(noProgram(path));
        }
        account.turns().forEach(turn -> stations.add(ProgramStation.of(turn)));
        stations.add(wire(path));
        path.wire().stream().findFirst().ifPresent(first -> stations.add(answer(first.destination())));
        return new PathDrawing(
                Terms.of(account.replay().frontend()),
                List.copyOf(stations),
                account.affected()
                        ? Optional.of(
                                Text.join(" or ", account.texts(account.replay().expected())))
                        : Optional.empty());
    }

    private static Station application(ConnectionPath path) {
        ReplayAccount account = path.account();
        List<Text> lines = new ArrayList<>();
        lines.add(Text.of("connect() to {}", Terms.of(account.replay().frontend())));
        account.service().ifPresent(service -> lines.add(Text.of("service {}", Terms.service(service))));
        path.wire().stream()
                .flatMap(destination -> destination.clients().stream())
                .map(PathDrawing::client)
                .distinct()
                .limit(MAX_CLIENTS)
                .forEach(lines::add);
        account.peerNames()
                .forEach(peer -> peer.names()
                        .forEach(name -> lines.add(Text.of(
                                "at {} it sees {}", Terms.of(peer.peer().hook().attachType()), name.text()))));
        Text asked = account.turns().stream()
                .findFirst()
                .map(turn -> Ends.either(turn.step().before()))
                .orElseGet(
                        () -> Text.of(Term.endpoint(account.replay().frontend().endpoint())));
        return new Station("plain", Text.of("Application"), List.copyOf(lines), Optional.of(asked));
    }

    private static Text client(DestinationAccount.Client client) {
        return client.pod()
                .map(pod -> Text.of("pod {}", Terms.pod(pod)))
                .orElseGet(() -> Text.of("from {}", Term.address(client.address())));
    }

    /** Takes the place of a program: says that none is attached there, and which cgroups have the hook's programs. */
    private static Station noProgram(ConnectionPath path) {
        Hook hook = path.account().replay().hook();
        List<Text> lines = new ArrayList<>();
        lines.add(Text.of("nothing is attached to {} of {}", Terms.of(hook.attachType()), Term.cgroup(hook.cgroup())));
        hook.shownBy().stream().limit(1).forEach(shown -> lines.add(Text.of("see {}", Term.member(shown.file()))));
        path.others().stream().limit(MAX_HOOKS).forEach(other -> lines.add(only(other)));
        if (path.others().size() > MAX_HOOKS) {
            lines.add(Text.of(
                    "and {} more cgroups have programs",
                    Term.number(path.others().size() - MAX_HOOKS)));
        }
        lines.add(Text.of("the kernel keeps the service's own address"));
        return new Station(
                "bad",
                Text.of("No program"),
                List.copyOf(lines),
                Optional.of(Text.join(
                        " or ", path.account().texts(path.account().replay().outcome()))));
    }

    private static Text only(Hook hook) {
        List<Term> programs = hook.programIds().stream().map(Term::program).toList();
        return (programs.size() == 1
                        ? Text.of("program {} runs", Text.and(programs))
                        : Text.of("programs {} run", Text.and(programs)))
                .then(" for sockets of {} only", Term.cgroup(hook.cgroup()));
    }

    private static Station wire(ConnectionPath path) {
        if (path.wire().isEmpty()) {
            return Station.last("plain", Text.of("Wire"), nothingSeen(path));
        }
        List<Text> lines = new ArrayList<>();
        path.wire().stream().limit(MAX_DESTINATIONS).forEach(account -> {
            lines.add(Text.count(account.destination().syns(), "SYN frame", "SYN frames")
                    .then(" to {}", Term.endpoint(account.endpoint())));
            if (!account.destination().paths().isEmpty()) {
                lines.add(account.paths());
            }
            account.capture()
                    .ifPresent(
                            capture -> lines.add(Text.of("{} frames {}", Term.member(capture), account.frameList())));
        });
        return new Station("plain", Text.of("Wire"), List.copyOf(lines), Optional.empty());
    }

    private static Text nothingSeen(ConnectionPath path) {
        if (path.account().isRefused()) {
            return Text.of("no packet leaves: connect() fails at the socket");
        }
        return path.anySyn() ? Text.of("the capture has no SYN to this address") : Text.of("the capture has no SYN");
    }

    private static Station answer(Destination destination) {
        return switch (destination.reply()) {
            case ANSWERED -> Station.last("good", Text.of("Answered"), Text.of("a SYN-ACK came back"));
            case REFUSED -> Station.last("bad", Text.of("Refused"), Text.of("a RST came back"));
            case UNREACHABLE -> Station.last("bad", Text.of("Unreachable"), Text.of("an ICMP error came back"));
            case NONE ->
                Station.last(
                        "bad",
                        Text.of("No answer"),
                        Text.of("nothing came back to ")
                                .then(Text.count(destination.attempts().size(), "attempt", "attempts")));
            case UNKNOWN -> Station.last("bad", Text.of("Not known"), Text.of("the capture does not show it"));
        };
    }
}
