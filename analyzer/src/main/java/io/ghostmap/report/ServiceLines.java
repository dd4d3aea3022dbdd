package io.ghostmap.report;

import io.ghostmap.datapath.Backend;
import io.ghostmap.datapath.Family;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.datapath.Service;
import io.ghostmap.datapath.Slot;
import io.ghostmap.datapath.View;
import io.ghostmap.net.Protocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Services as {@code cilium-dbg bpf lb list} prints them, with a line for the frontend and for each slot. */
final class ServiceLines {
    /** One row of that list. */
    record Line(String frontend, int slot, String backend) {
        String key() {
            return frontend + " (" + slot + ")";
        }
    }

    private ServiceLines() {}

    /** {@code reader} has the backends that the ids name. */
    static List<Line> of(Service service, Optional<View> reader) {
        List<Line> lines = new ArrayList<>();
        String frontend = name(service.frontend());
        lines.add(new Line(
                frontend,
                0,
                unspecified(service) + ":0 (" + service.revNatId() + ") (0) "
                        + service.marks().words()));
        for (Slot slot : service.slots()) {
            lines.add(new Line(frontend, slot.index(), backend(service, slot, reader)));
        }
        return lines;
    }

    private static String name(Frontend frontend) {
        return frontend.endpoint()
                + (frontend.protocol() == Protocol.ANY ? "" : "/" + frontend.protocol())
                + (frontend.internalScope() ? "/i" : "");
    }

    private static String unspecified(Service service) {
        return service.frontend().endpoint().address().isV4() ? "0.0.0.0" : "[::]";
    }

    private static String backend(Service service, Slot slot, Optional<View> reader) {
        String ids = " (" + service.revNatId() + ") (" + slot.index() + ")"
                + (slot.index() > service.count() ? " [quarantined]" : "");
        Family family = Family.of(service.frontend().endpoint().address());
        if (reader.isEmpty() || reader.get().backends(family).content().isEmpty()) {
            return "backend " + slot.backendId() + ids;
        }
        Optional<Backend> backend = reader.get().backend(family, slot);
        return backend.map(found -> found.endpoint() + protocol(found) + ids)
                .orElse("backend " + slot.backendId() + " not found" + ids);
    }

    private static String protocol(Backend backend) {
        return Protocol.ofNumber(backend.protocol())
                .filter(protocol -> protocol != Protocol.ANY)
                .map(protocol -> "/" + protocol)
                .orElse("");
    }
}
