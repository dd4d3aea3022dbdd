package io.ghostmap.diagnosis;

import io.ghostmap.datapath.Frontend;
import io.ghostmap.datapath.MapRole;
import io.ghostmap.datapath.Reason;
import io.ghostmap.evidence.AttachType;
import io.ghostmap.net.Endpoint;
import io.ghostmap.replay.Disposition;
import io.ghostmap.replay.Replay;
import io.ghostmap.text.Term;
import io.ghostmap.text.Term.NameKind;
import io.ghostmap.text.Text;
import io.ghostmap.traffic.Waypoint;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Values of the incident as terms of a sentence. */
final class Terms {
    private Terms() {}

    static Term frontend(Frontend frontend) {
        return new Term.Frontend(frontend.endpoint(), frontend.protocol(), frontend.internalScope());
    }

    static List<Term> frontends(Collection<Frontend> frontends) {
        return frontends.stream().map(Terms::frontend).toList();
    }

    /** Of replays, each frontend once. */
    static List<Frontend> frontendsIn(Collection<Replay> replays) {
        return replays.stream().map(Replay::frontend).distinct().toList();
    }

    static List<Term> endpoints(Collection<Endpoint> endpoints) {
        return endpoints.stream().map(Term::endpoint).toList();
    }

    static List<Term> cgroups(Collection<String> directories) {
        return directories.stream().map(Term::cgroup).toList();
    }

    static List<Term> programs(Collection<Integer> ids) {
        return ids.stream().map(Term::program).toList();
    }

    static List<Term> maps(Collection<Integer> ids) {
        return ids.stream().map(Term::map).toList();
    }

    static Term hook(AttachType type) {
        return Term.name(NameKind.ATTACH_TYPE, type.shortName());
    }

    static Term role(MapRole role) {
        return Term.word(role.toString());
    }

    /** An interface and a direction, such as {@code eth0 out}. */
    static Term waypoint(Waypoint passed) {
        return Term.name(NameKind.INTERFACE, passed.toString());
    }

    static Text reasons(Collection<Reason> reasons) {
        return Text.and(reasons.stream().map(Reason::text).toList());
    }

    /** What becomes of connections, as the rest of a sentence about them: {@code go to 10.0.1.1:80 or are refused}. */
    static Text ends(Collection<Disposition> ends) {
        List<Term> endpoints = new ArrayList<>();
        boolean refused = false;
        boolean unknown = false;
        for (Disposition end : ends) {
            if (end instanceof Disposition.Connects connects) {
                endpoints.add(Term.endpoint(connects.endpoint()));
            }
            refused |= end instanceof Disposition.Refused;
            unknown |= end instanceof Disposition.Unknown;
        }
        List<Text> texts = new ArrayList<>();
        if (!endpoints.isEmpty()) {
            texts.add(Text.of("go to {}", Text.join(" or ", endpoints)));
        }
        if (refused) {
            texts.add(Text.of("are refused at connect()"));
        }
        if (unknown) {
            texts.add(Text.of("go where the evidence does not show"));
        }
        return Text.join(" or ", texts);
    }
}
