package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Citation;
import io.ghostmap.diagnosis.layers.Believed;
import io.ghostmap.diagnosis.layers.FrontendLayers;
import io.ghostmap.diagnosis.layers.Held;
import io.ghostmap.diagnosis.layers.Wanted;
import io.ghostmap.diagnosis.manual.Manual;
import io.ghostmap.diagnosis.manual.ServiceManuals;
import io.ghostmap.evidence.kubernetes.SliceEndpoint;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Frontends of the current map without a backend. Four classes, which differ in who can help: a redirect policy without a
 * backend (SLB-20), an agent that does not list what Kubernetes wants (SLB-10), a traffic policy that works as configured
 * (SLB-19), and a dead end for which the agent's list is not known (SLB-08). If the agent lists backends for it, agent and map
 * differ, which SLB-11 reports.
 *
 * <p>Guard: a service without endpoints in Kubernetes, or without a ready one, is not the node's fault.
 */
final class DeadEnd implements Rule {
    /** Services that have a finding of their own; the rest is counted. */
    private static final int MAX_SINGLE = 10;

    private final CatalogEntry entry;
    private final Kind kind;

    /** Who can help. */
    enum Kind {
        UNKNOWN_AGENT,
        AGENT,
        TRAFFIC_POLICY,
        REDIRECT_POLICY
    }

    private DeadEnd(CatalogEntry entry, Kind kind) {
        this.entry = entry;
        this.kind = kind;
    }

    static List<Rule> rules() {
        return List.of(
                new DeadEnd(
                        entry(
                                "SLB-08",
                                Text.of(
                                        "a frontend of the current map has no backend, although Kubernetes has ready ones"),
                                Severity.CRITICAL,
                                Severity.CRITICAL,
                                ServiceManuals.DEAD_END),
                        Kind.UNKNOWN_AGENT),
                new DeadEnd(
                        entry(
                                "SLB-10",
                                Text.of("the agent lists no backend of a service, although Kubernetes has ready ones"),
                                Severity.CRITICAL,
                                Severity.CRITICAL,
                                ServiceManuals.AGENT_STATE),
                        Kind.AGENT),
                new DeadEnd(
                        entry(
                                "SLB-19",
                                Text.of("a traffic policy Local leaves a service without a backend on this node"),
                                Severity.INFO,
                                Severity.INFO,
                                ServiceManuals.TRAFFIC_POLICY),
                        Kind.TRAFFIC_POLICY),
                new DeadEnd(
                        entry(
                                "SLB-20",
                                Text.of("a local redirect policy took over a service and has no backend for it"),
                                Severity.CRITICAL,
                                Severity.CRITICAL,
                                ServiceManuals.REDIRECT_POLICY),
                        Kind.REDIRECT_POLICY));
    }

    private static CatalogEntry entry(String id, Text title, Severity worst, Severity mildest, Manual manual) {
        return new CatalogEntry(
                id,
                CatalogEntry.Kind.NODE,
                title,
                Set.of(Requirement.SERVICE_DUMPS, Requirement.KUBERNETES),
                worst,
                mildest,
                manual);
    }

    @Override
    public CatalogEntry entry() {
        return entry;
    }

    @Override
    public List<Finding.Draft> findings(Incident incident) {
        List<ServiceDeadEnds> services = ServiceDeadEnds.of(incident.layers().all().stream()
                .filter(layers -> isOfThisKind(layers))
                .toList());
        List<Finding.Draft> findings = new ArrayList<>();
        for (ServiceDeadEnds service : services.subList(0, Math.min(services.size(), MAX_SINGLE))) {
            findings.add(finding(incident, service));
        }
        if (services.size() > MAX_SINGLE) {
            findings.add(rest(services.subList(MAX_SINGLE, services.size())));
        }
        return findings;
    }

    private boolean isOfThisKind(FrontendLayers layers) {
        return kindOf(layers).filter(Predicate.isEqual(kind)).isPresent();
    }

    private static Optional<Kind> kindOf(FrontendLayers layers) {
        if (!layers.isDeadEnd()
                || !(layers.wanted() instanceof Wanted.Claimed claimed)
                || claimed.usable().isEmpty()) {
            return Optional.empty();
        }
        if (isRedirected(layers)) {
            return Optional.of(Kind.REDIRECT_POLICY);
        }
        if (layers.usable().isEmpty()) {
            return Optional.of(Kind.TRAFFIC_POLICY);
        }
        if (layers.believed() instanceof Believed.NotCaptured) {
            return Optional.of(Kind.UNKNOWN_AGENT);
        }
        return layers.inAgent().isEmpty() ? Optional.of(Kind.AGENT) : Optional.empty();
    }

    private static boolean isRedirected(FrontendLayers layers) {
        return layers.held() instanceof Held.Known held
                && held.service().marks().isRedirectedLocally();
    }

    private Finding.Draft finding(Incident incident, ServiceDeadEnds service) {
        FrontendLayers first = service.frontends().get(0);
        Held.Known held = (Held.Known) first.held();
        Wanted.Claimed wanted = (Wanted.Claimed) first.wanted();
        List<Term> frontends = service.frontends().stream()
                .map(layers -> Names.address(layers.frontend()))
                .toList();
        Text where = Text.of("{} ({})", Term.name(Term.NameKind.SERVICE, service.name()), Text.few(frontends));
        Text ready = Text.count(wanted.usable().size(), "ready endpoint", "ready endpoints");
        DeadEndText text = new DeadEndText(incident, kind);
        return Finding.draft(entry, entry.worst(), confidence(incident))
                .about(service.frontends().stream()
                        .map(layers -> new Subject.Frontend(layers.frontend()))
                        .toList())
                .about(wanted.usable().stream().map(Subject.Backend::new).toList())
                .about(new Subject.Map(held.mapId()))
                .title(text.headline(where), text.cause(ready))
                .summary(text.summary(where, held, ready))
                .explanation(text.explanation(service, held, wanted))
                .supporting(supporting(service, wanted))
                .rivals(kind == Kind.TRAFFIC_POLICY ? List.of() : List.of(momentaryChange()))
                .remedy(remedy(incident, held));
    }

    /** A list that the collector read twice, and found the same, leaves no room for a change of a moment. */
    private Confidence confidence(Incident incident) {
        return kind == Kind.TRAFFIC_POLICY || incident.evidence().agent().isSteady()
                ? Confidence.CERTAIN
                : Confidence.LIKELY;
    }

    private static Rival momentaryChange() {
        return new Rival(
                Rival.Kind.CHANGE_BETWEEN_READINGS,
                Rival.Stance.AGAINST,
                Text.of("The service was being changed while the bundle was collected"),
                Text.of(
                        "this lasts only seconds, while the only backend of a service is being replaced; but map and slices were"
                                + " read at different moments."),
                Text.of("a second bundle, or cilium-dbg service list again: what is still there is not such a change"));
    }

    private List<RemedyStep> remedy(Incident incident, Held.Known held) {
        List<RemedyStep> steps = new ArrayList<>();
        steps.add(RemedyStep.reading(
                        Text.of("See whether the service still has no backend"),
                        Text.of("You are root on the node of this bundle, and kubectl reaches the cluster."),
                        List.of(
                                new Action.DumpMap(held.mapId()),
                                new Action.AskAgent(incident.nodeName(), Action.Question.SERVICES),
                                Action.Look.ENDPOINT_SLICES))
                .check(Text.of(
                        "The addresses named here still have no backend, and the slices still have ready ones.")));
        if (kind == Kind.REDIRECT_POLICY) {
            steps.add(RemedyStep.reading(
                            Text.of("Find the policy and its pod"),
                            Text.of("kubectl reaches the cluster."),
                            List.of(Action.Look.REDIRECT_POLICIES))
                    .check(Text.of(
                            "One policy names this service, and its backend pod runs and is ready on this node.")));
        }
        return steps;
    }

    private List<Citation> supporting(ServiceDeadEnds service, Wanted.Claimed wanted) {
        Stream<Citation> maps = service.frontends().stream()
                .map(layers -> ((Held.Known) layers.held()).service().source());
        Stream<Citation> agent = service.frontends().stream()
                .flatMap(layers -> layers.believed() instanceof Believed.Known known
                        ? Stream.of(known.frontend().source())
                        : Stream.empty());
        Stream<Citation> kubernetes = Stream.concat(
                Stream.of(wanted.claim().service().source()),
                wanted.endpoints().stream().filter(SliceEndpoint::isReady).map(SliceEndpoint::source));
        return Stream.of(maps, agent, kubernetes)
                .flatMap(each -> each.distinct().limit(4))
                .toList();
    }

    private Finding.Draft rest(List<ServiceDeadEnds> services) {
        return Finding.draft(entry, entry.worst(), Confidence.LIKELY)
                .about(services.stream()
                        .flatMap(service -> service.frontends().stream())
                        .map(layers -> new Subject.Frontend(layers.frontend()))
                        .toList())
                .title(
                        Text.of(
                                "{} in the same state",
                                Text.count(services.size(), "more service is", "more services are")),
                        Text.few(services.stream()
                                .map(service -> Term.name(Term.NameKind.SERVICE, service.name()))
                                .toList()))
                .summary(Text.of("The JSON form of this report names each of them."));
    }
}
