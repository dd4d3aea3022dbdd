package io.ghostmap.report;

import io.ghostmap.diagnosis.Appearance;
import io.ghostmap.replay.Disposition;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import io.ghostmap.traffic.Destination;
import java.util.ArrayList;
import java.util.List;

/** The tables of the Markdown form: affected services, and destinations on the wire. */
final class MarkdownTables {
    private static final int MAX_SERVICES = 15;
    private static final int MAX_DESTINATIONS = 15;

    private final MarkdownLines out;
    private final ReportModel model;

    MarkdownTables(MarkdownLines out, ReportModel model) {
        this.out = out;
        this.model = model;
    }

    void services() {
        List<ReplayAccount> affected = model.affected();
        if (affected.isEmpty()) {
            return;
        }
        boolean named =
                affected.stream().anyMatch(account -> !account.peerNames().isEmpty());
        out.heading(Text.of(
                "Misdirected services ({} of {})",
                Term.number(model.blastRadius().affected()),
                Term.number(model.blastRadius().frontends())));
        List<Text> head = new ArrayList<>(
                List.of(Text.of("frontend"), Text.of("service"), Text.of("goes to"), Text.of("should go to")));
        List<Boolean> numbers = new ArrayList<>(List.of(false, false, false, false));
        if (named) {
            head.add(Text.of("the application sees"));
            numbers.add(false);
        }
        head.add(Text.of("SYN frames"));
        numbers.add(true);
        out.table(
                head,
                numbers,
                affected.stream()
                        .limit(MAX_SERVICES)
                        .map(account -> service(account, named))
                        .toList());
        out.more(affected.size() - MAX_SERVICES, Text.of("services"));
    }

    void layers() {
        LayersTable layers = LayersTable.of(model);
        if (layers.isEmpty()) {
            return;
        }
        out.heading(Text.of("What Kubernetes wants, what the agent lists, what the maps have"));
        if (layers.agreeing() > 0) {
            out.paragraph(Text.of(
                    "Of the services that findings name, {} the same backends in all three.",
                    layers.agreeing() == 1 ? Text.of("1 has") : Text.of("{} have", Term.number(layers.agreeing()))));
        }
        if (layers.rows().isEmpty()) {
            return;
        }
        out.table(
                List.of(
                        Text.of("service"),
                        Text.of("Kubernetes"),
                        Text.of("agent"),
                        Text.of("current maps"),
                        Text.of("differs first")),
                List.of(false, false, false, false, false),
                layers.rows().stream()
                        .limit(MAX_SERVICES)
                        .map(row -> List.of(row.frontend(), row.kubernetes(), row.agent(), row.maps(), row.differs()))
                        .toList());
        out.more(layers.rows().size() + layers.further() - MAX_SERVICES, Text.of("services"));
    }

    private static List<Text> service(ReplayAccount account, boolean named) {
        List<Text> cells = new ArrayList<>();
        cells.add(Text.of(Terms.of(account.replay().frontend())));
        cells.add(account.service().map(Terms::service).map(Text::of).orElse(Text.NONE));
        cells.add(ends(account, account.replay().outcome()));
        cells.add(ends(account, account.replay().expected()));
        if (named) {
            cells.add(Text.join(
                    " or ",
                    account.peerNames().stream()
                            .flatMap(peer -> peer.names().stream())
                            .map(PeerNameAccount.Name::text)
                            .distinct()
                            .toList()));
        }
        cells.add(Text.of(Term.number(account.observedSyns())));
        return cells;
    }

    private static Text ends(ReplayAccount account, List<Disposition> dispositions) {
        return Text.join(" or ", account.texts(dispositions));
    }

    void destinations() {
        if (model.destinations().isEmpty()) {
            return;
        }
        out.heading(Text.of("Destinations on the wire"));
        out.table(
                List.of(
                        Text.of("destination"),
                        Text.of("attempts"),
                        Text.of("SYN frames"),
                        Text.of("reply"),
                        Text.of("in the maps"),
                        Text.of("frames")),
                List.of(false, true, true, false, false, false),
                model.destinations().stream()
                        .limit(MAX_DESTINATIONS)
                        .map(MarkdownTables::destination)
                        .toList());
        out.more(model.destinations().size() - MAX_DESTINATIONS, Text.of("destinations"));
    }

    private static List<Text> destination(DestinationAccount account) {
        Destination destination = account.destination();
        List<Appearance> appearances = account.seen().appearances();
        return List.of(
                Text.of(Term.endpoint(account.endpoint())),
                Text.of(Term.number(destination.attempts().size())),
                Text.of(Term.number(destination.syns())),
                Text.of(Term.word(Words.lower(destination.reply()))),
                appearances.isEmpty()
                        ? Text.of(Term.word(account.seen().classification().word()))
                        : Text.join(
                                ", ",
                                appearances.stream()
                                        .map(MarkdownTables::appearance)
                                        .distinct()
                                        .toList()),
                account.frameList());
    }

    private static Text appearance(Appearance in) {
        Text text = Text.of(
                "{} in {}",
                Term.word(Words.lower(in.as())),
                Term.map(in.generation().mapId()));
        return switch (in.generation().currency()) {
            case CURRENT -> text.then(" (current)");
            case NOT_CURRENT -> text.then(" (not current)");
            case UNKNOWN -> text;
        };
    }
}
