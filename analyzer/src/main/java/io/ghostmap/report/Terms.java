package io.ghostmap.report;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.evidence.AttachType;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import io.ghostmap.traffic.FrameRef;

/** Values of other packages as terms. */
final class Terms {
    private Terms() {}

    static Term of(Frontend frontend) {
        return new Term.Frontend(frontend.endpoint(), frontend.protocol(), frontend.internalScope());
    }

    static Term of(FrameRef frame) {
        return new Term.Frame(frame.file(), frame.number());
    }

    static Term of(AttachType type) {
        return Term.name(Term.NameKind.ATTACH_TYPE, type.shortName());
    }

    /** The file of a fact in the bundle, and the place in it. */
    static Text of(Citation citation) {
        return Text.of("{}, {}", Term.member(citation.file()), Term.quote(citation.locator()));
    }

    static Term service(String name) {
        return Term.name(Term.NameKind.SERVICE, name);
    }

    static Term node(String name) {
        return Term.name(Term.NameKind.NODE, name);
    }

    static Term pod(String name) {
        return Term.name(Term.NameKind.POD, name);
    }

    static Term programName(String name) {
        return Term.name(Term.NameKind.PROGRAM_NAME, name);
    }

    static Term mapName(String name) {
        return Term.name(Term.NameKind.MAP_NAME, name);
    }
}
