package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Artifact;
import io.ghostmap.datapath.MapRole;
import io.ghostmap.net.Endpoint;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.List;

/** Something that keeps a bundle in which nothing was found from being called in order. */
public sealed interface Doubt {
    /** One clause. */
    Text text();

    /** The evidence for these rules is not in the bundle. */
    record RulesSkipped(List<CatalogEntry> rules) implements Doubt {
        @Override
        public Text text() {
            return Text.of(
                    "the bundle lacks what rules {} need",
                    Text.join(
                            ", ",
                            rules.stream().map(rule -> Term.word(rule.id())).toList()));
        }
    }

    /** These parts of the bundle are missing or damaged, and nothing can be called in order without them. */
    record EvidenceMissing(List<Artifact> artifacts) implements Doubt {
        @Override
        public Text text() {
            Text named = Text.few(artifacts.stream().map(Artifact::term).toList());
            return named.then(artifacts.size() == 1 ? " is" : " are").then(" missing or damaged");
        }
    }

    /** No program of the load balancer is on any hook, so that nothing translates. */
    record NoProgramSeen() implements Doubt {
        @Override
        public Text text() {
            return Text.of("no socket load-balancing program was seen on any hook");
        }
    }

    /** For some frontends the evidence does not say where a connect goes. */
    record OutcomesUnknown(long frontends, long all) implements Doubt {
        @Override
        public Text text() {
            return Text.of(
                    "for {} of {} the evidence does not show where a connection goes",
                    Term.number(frontends),
                    Text.count(all, "service address", "service addresses"));
        }
    }

    /** SYNs went to these addresses, and the maps do not say why. */
    record DestinationsUnexplained(List<Endpoint> destinations) implements Doubt {
        @Override
        public Text text() {
            return Text.of(
                    "SYNs went to {}, which no map explains",
                    Text.few(destinations.stream().map(Term::endpoint).toList()));
        }
    }

    /** Clients asked these DNS servers, which no map has, and none of them answered. */
    record NamesUnanswered(List<Endpoint> servers) implements Doubt {
        @Override
        public Text text() {
            return Text.of(
                    "DNS queries to {} got no answer, and no map has that address",
                    Text.few(servers.stream().map(Term::endpoint).toList()));
        }
    }

    /** Programs of one hook read different maps of one role, and nothing shows which of them the agent maintains. */
    record SeveralMapsInUse(MapRole role, List<Integer> maps) implements Doubt {
        @Override
        public Text text() {
            return Text.of(
                    "programs of one hook read different {} maps ({}), and nothing in the bundle shows which of them the agent"
                            + " maintains",
                    Terms.role(role),
                    Text.join(", ", Terms.maps(maps)));
        }
    }

    /**
     * There is a capture, and no client connected while it ran.
     *
     * @param mapsRead whether there are services to check; of maps that were not captured nothing is said
     */
    record NoSynCaptured(boolean mapsRead) implements Doubt {
        @Override
        public Text text() {
            return mapsRead
                    ? Text.of("no fault was found in the node's maps, but the capture has no SYN to check them against")
                    : Text.of("the capture has no SYN, and no map of services was captured");
        }
    }
}
