package io.ghostmap.diagnosis;

import io.ghostmap.net.Endpoint;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import io.ghostmap.traffic.Reply;
import java.util.List;

/** What is said of backends that failed although the node's maps are right. */
final class SilentBackendText {
    /** How many of the backends that have no finding of their own are cited. */
    private static final int MAX_CITED = 3;

    private final Names names;

    SilentBackendText(Incident incident) {
        this.names = new Names(incident);
    }

    Finding.Draft finding(FailedBackend backend) {
        Text seen = seen(backend);
        return Finding.draft(SilentBackend.ENTRY, Severity.WARNING, confidence(backend))
                .about(new Subject.Backend(backend.endpoint()))
                .about(backend.services().stream().map(Subject.Frontend::new).toList())
                .about(backend.destination().clients().stream()
                        .map(Subject.Client::new)
                        .toList())
                .title(headline(backend), cause(backend))
                .summary(seen)
                .explanation(List.of(
                        seen,
                        backend.isConfirmed()
                                ? Text.of("The agent's own list and an endpoint slice of the service have it as well.")
                                : Text.of(
                                        "Services, endpoint slices and the agent's own list would show whether the maps are"
                                                + " right to have it. Not all of them are in this bundle, so look at them before blaming"
                                                + " the pod."),
                        Text.of(
                                "Look at the pod and its node rather than at Cilium on this node. Is the pod running? Does it"
                                        + " listen on port {}? Does the path between the nodes carry the packets? Does a policy"
                                        + " drop them there?",
                                Term.number(backend.endpoint().port()))))
                .example(backend.replay())
                .supporting(backend.failing())
                .contradicting(backend.answering())
                .rivals(List.of(answerElsewhere(backend)))
                .remedy(List.of(check(backend.endpoint())));
    }

    private static Confidence confidence(FailedBackend backend) {
        if (!backend.isConfirmed()) {
            return Confidence.POSSIBLE;
        }
        return backend.isSteady() ? Confidence.CERTAIN : Confidence.LIKELY;
    }

    private Text headline(FailedBackend backend) {
        Text services = names.services(backend.services());
        if (!backend.isSteady() || !backend.isTheOnlyOne()) {
            return Text.of("Some connections to {} from {} fail", services, names.node());
        }
        return backend.destination().reply() == Reply.REFUSED
                ? Text.of("Connections to {} from {} are refused", services, names.node())
                : Text.of("{} is unreachable from {}", services, names.node());
    }

    private static Text cause(FailedBackend backend) {
        return Text.of(
                "{} {} {}, and {}",
                backend.isTheOnlyOne() && backend.isSteady() ? Text.of("the only backend") : Text.of("backend"),
                Term.endpoint(backend.endpoint()),
                failure(backend),
                backend.isConfirmed()
                        ? Text.of("the node's programs and maps are right")
                        : Text.of("it is not known whether Kubernetes and the agent still list it"));
    }

    private static Text failure(FailedBackend backend) {
        if (!backend.isSteady()) {
            return Text.of(
                    "failed {} of {} attempts",
                    Term.number(backend.failures()),
                    Term.number(backend.destination().attempts().size()));
        }
        return switch (backend.destination().reply()) {
            case REFUSED -> Text.of("refuses connections");
            case UNREACHABLE -> Text.of("is reported unreachable by ICMP");
            case NONE, ANSWERED, UNKNOWN -> Text.of("does not answer");
        };
    }

    private static Text seen(FailedBackend backend) {
        return Text.of(
                "The current maps list {} as a backend, and the captured SYNs went there: {} of {} failed. The load balancer did"
                        + " what its maps say.",
                Term.endpoint(backend.endpoint()),
                Term.number(backend.failures()),
                Text.count(backend.destination().attempts().size(), "attempt", "attempts"));
    }

    /** Those beyond the ones with a finding of their own. */
    Finding.Draft rest(List<FailedBackend> backends) {
        List<Endpoint> endpoints =
                backends.stream().map(FailedBackend::endpoint).toList();
        Text summary = Text.of(
                "{} to {} failed as well; the JSON form of this report has each of them.",
                Text.count(backends.stream().mapToLong(FailedBackend::failures).sum(), "attempt", "attempts"),
                Text.few(Terms.endpoints(endpoints)));
        return Finding.draft(SilentBackend.ENTRY, Severity.WARNING, Confidence.LIKELY)
                .about(endpoints.stream().map(Subject.Backend::new).toList())
                .title(
                        Text.of(
                                "Connections from {} to {} fail",
                                names.node(),
                                Text.count(backends.size(), "more backend", "more backends")),
                        Text.of("the current maps list them, and they do not answer"))
                .summary(summary)
                .explanation(List.of(
                        summary,
                        Text.of(
                                "So many backends hardly ever fail one by one. Look for what they have in common: a node, the"
                                        + " path to it, a policy, or a capture that does not see the answers.")))
                .supporting(backends.stream()
                        .limit(MAX_CITED)
                        .flatMap(backend -> backend.failing().stream())
                        .toList())
                .rivals(List.of(answerElsewhere(backends.get(0))))
                .remedy(List.of(check(backends.get(0).endpoint())));
    }

    private Rival answerElsewhere(FailedBackend backend) {
        List<Term> points =
                backend.destination().paths().stream().map(Terms::waypoint).toList();
        return new Rival(
                Rival.Kind.ANSWER_NOT_CAPTURED,
                Rival.Stance.OPEN,
                Text.of("The answer came back through an interface that was not captured"),
                points.isEmpty()
                        ? Text.of("the capture does not say on which interfaces it saw the SYNs.")
                        : Text.of("the SYNs were seen at {}.", Text.and(points)),
                Text.of("a capture on all interfaces of this node and of the backend's node at the same time"));
    }

    private static RemedyStep check(Endpoint backend) {
        return RemedyStep.reading(
                        Text.of("See whether the backend is alive"),
                        Text.of("kubectl reaches the cluster."),
                        List.of(new Action.FindPod(backend.address()), Action.Look.ENDPOINT_SLICES))
                .check(Text.of("The pod is listed and ready, and listens on port {}.", Term.number(backend.port())));
    }
}
