package io.ghostmap.diagnosis;

import io.ghostmap.datapath.Frontend;
import io.ghostmap.diagnosis.layers.FrontendLayers;
import io.ghostmap.evidence.Cgroup;
import io.ghostmap.evidence.kubernetes.ServiceRef;
import io.ghostmap.net.Protocol;
import io.ghostmap.replay.Hook;
import io.ghostmap.text.Term;
import io.ghostmap.text.Term.NameKind;
import io.ghostmap.text.Text;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Services, the node and its cgroups as people know them: by their names, if the bundle has them. */
final class Names {
    private final Incident incident;

    Names(Incident incident) {
        this.incident = incident;
    }

    /** {@code observability/ingest-gateway (172.17.93.4:8080)}, or the address alone. */
    Text service(Frontend frontend) {
        Term address = address(frontend);
        return name(frontend)
                .map(name -> Text.of("{} ({})", Term.name(NameKind.SERVICE, name), address))
                .orElse(Text.of(address));
    }

    /** With the protocol and the scope, unless they are the usual ones. */
    static Term address(Frontend frontend) {
        return frontend.protocol() == Protocol.TCP && !frontend.internalScope()
                ? Term.endpoint(frontend.endpoint())
                : Terms.frontend(frontend);
    }

    private Optional<String> name(Frontend frontend) {
        return incident.layers()
                .of(frontend)
                .flatMap(FrontendLayers::service)
                .map(ServiceRef::toString)
                .or(() -> incident.evidence().kubernetes().serviceName(frontend.endpoint()));
    }

    /** The first one, and how many more addresses of services. */
    Text services(Collection<Frontend> frontends) {
        Text first = frontends.stream().findFirst().map(this::service).orElse(Text.of("no service"));
        int more = frontends.size() - 1;
        return more > 0
                ? first.then(" and {}", Text.count(more, "more service address", "more service addresses"))
                : first;
    }

    /** The first few of them. */
    Text few(Collection<Frontend> frontends) {
        return Text.few(frontends.stream().map(this::service).toList());
    }

    /** {@code node worker-7}, or this node. */
    Text node() {
        String name = incident.nodeName();
        return name.isEmpty() ? Text.of("this node") : Text.of("node {}", Term.name(NameKind.NODE, name));
    }

    /** The node, and the cgroup as well if the hook is not that of every process. */
    Text place(Hook hook) {
        List<String> roots = incident.evidence().cgroups().directories().stream()
                .filter(cgroup -> cgroup.path().equals("/"))
                .map(Cgroup::directory)
                .toList();
        return roots.isEmpty() || roots.contains(hook.cgroup())
                ? node()
                : Text.of("{} on {}", Term.cgroup(hook.cgroup()), node());
    }
}
