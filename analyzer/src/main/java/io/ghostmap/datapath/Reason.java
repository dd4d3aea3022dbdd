package io.ghostmap.datapath;

import io.ghostmap.bundle.Citation;
import io.ghostmap.text.Term;
import io.ghostmap.text.Term.NameKind;
import io.ghostmap.text.Text;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;

/** A fact for or against a map being the one that the agent works on. */
public sealed interface Reason {
    /** One clause, without a full stop. */
    Text text();

    Citation source();

    /** It is pinned, where an agent keeps its maps or somewhere else. */
    record Pinned(String path, boolean byAgent, Citation source) implements Reason {
        @Override
        public Text text() {
            return byAgent
                    ? Text.of("pinned where the agent keeps its maps: {}", Term.path(path))
                    : Text.of("pinned, but not where the agent keeps its maps: {}", Term.path(path));
        }
    }

    /** It has no pin, which means something only if the collector could see pins. */
    record Unpinned(boolean pinsVisible, Citation source) implements Reason {
        @Override
        public Text text() {
            return pinsVisible
                    ? Text.of("not pinned in any bpffs mount that was seen")
                    : Text.of("pins were not visible to the collector");
        }
    }

    /** A process of an agent has it open. */
    record HeldOpen(String command, int process, Citation source) implements Reason {
        @Override
        public Text text() {
            return Text.of("held open by {}, process {}", Term.quote(command), Term.number(process));
        }
    }

    /** It sends so many of the frontends in Cilium's own list to the listed backends. */
    record Agrees(int agreeing, int stated, Citation source) implements Reason {
        @Override
        public Text text() {
            return Text.of(
                    "agrees with Cilium's list on {} of {} frontends", Term.number(agreeing), Term.number(stated));
        }
    }

    /**
     * A program can read it.
     *
     * @param directly whether the program's own instructions name the map
     */
    record UsedBy(int program, String name, boolean directly, Citation source) implements Reason {
        @Override
        public Text text() {
            Term id = Term.program(program);
            Term called = Term.name(NameKind.PROGRAM_NAME, name);
            return directly
                    ? Text.of("used by program {} ({})", id, called)
                    : Text.of("readable through other maps by program {} ({})", id, called);
        }
    }

    /** No listed program can read it. */
    record Unused(Citation source) implements Reason {
        @Override
        public Text text() {
            return Text.of("no program references it");
        }
    }

    /** There is no other map of its role. */
    record OnlyMap(Citation source) implements Reason {
        @Override
        public Text text() {
            return Text.of("the only map of its role");
        }
    }

    /** Nothing but its age speaks for it. */
    record Youngest(Citation source) implements Reason {
        @Override
        public Text text() {
            return Text.of("the youngest, without any other reason");
        }
    }

    /** Each of several agents holds a map of its own. */
    record SeveralAgents(int agents, Citation source) implements Reason {
        @Override
        public Text text() {
            return Text.of("{} agents run on this kernel, and each has a map of its own open", Term.number(agents));
        }
    }

    /** Its programs and those of another map share no cgroup, and none of the cgroups contains another one. */
    record RunsApart(SortedSet<String> cgroups, int otherMap, SortedSet<String> otherCgroups, Citation source)
            implements Reason {
        @Override
        public Text text() {
            return Text.of(
                    "its programs run only in {}, those of map {} in {}: it belongs to another load balancer, or an old one left it",
                    names(cgroups),
                    Term.map(otherMap),
                    names(otherCgroups));
        }

        private static Text names(Collection<String> directories) {
            return Text.join(", ", directories.stream().map(Term::cgroup).toList());
        }
    }

    /** Its place by id among the maps of its role, and when the oldest program that can read it was loaded. */
    record Age(Place place, Optional<Loaded> bound, Citation source) implements Reason {
        @Override
        public Text text() {
            Text order = switch (place) {
                case OLDEST -> Text.of("the oldest by its id");
                case YOUNGEST -> Text.of("the youngest by its id");
                case BETWEEN -> Text.NONE;
            };
            Text older = bound.map(loaded -> Text.of(
                            "older than program {}, which was loaded at {}",
                            Term.program(loaded.program()),
                            new Term.Time(loaded.at())))
                    .orElse(Text.NONE);
            return Text.join(
                    ", and ",
                    List.of(order, older).stream()
                            .filter(part -> !part.isEmpty())
                            .toList());
        }

        /** Whether anything is known of its age. */
        boolean isKnown() {
            return place != Place.BETWEEN || bound.isPresent();
        }
    }

    /** A map's place among those of its role. */
    enum Place {
        OLDEST,
        YOUNGEST,
        /** Neither, or it is the only one. */
        BETWEEN
    }

    /** When a program was loaded. */
    record Loaded(int program, Instant at) {}
}
