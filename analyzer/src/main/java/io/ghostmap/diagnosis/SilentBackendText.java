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

    private final Incident incident;

    SilentBackendText(Incident incident) {
        this.incident = incident;
    }

    Finding.Draft finding(FailedBackend backend) {
        Text seen = seen(backend);
        return Finding.draft(SilentBackend.ENTRY, Severity.WARNING, confidence(backend))
                .about(new Subject.Backend(backend.endpoint()))
                .about(backend.services().stream().map(Subject.Frontend::new).toList())
                .about(backend.destination().clients().stream()
                        .map(Subject.Client::new)
                        .toList())
                .title(title(backend))
                .summary(seen)
                .explanation(List.of(
                        seen,
                        backend.isConfirmed()
                                ? Text.of("The agent's own list and an endpoint slice of the service name it as well.")
                                : Text.of(
                                        "Before the pod is blamed: services and endpoint slices, and the agent's own list, would"
                                                + " show whether the maps are right to have it. Not all of them are in this bundle."),
                        Text.of(
                                "Look at the pod and its node rather than at Cilium on this one: is the pod running, does"
                                        + " it listen on port {}, does the path between the nodes carry the packets, does a"
                                        + " policy drop them there?",
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

    private static Text title(FailedBackend backend) {
        return Text.of(
                "Backend {} of {} {}, and {}",
                Term.endpoint(backend.endpoint()),
                Text.few(Terms.frontends(backend.services())),
                backend.isSteady()
                        ? failure(backend.destination().reply())
                        : Text.of(
                                "failed {} of {} attempts",
                                Term.number(backend.failures()),
                                Term.number(backend.destination().attempts().size())),
                backend.isConfirmed()
                        ? Text.of("the node's maps lead to it rightly")
                        : Text.of("it is not known whether Kubernetes and the agent still want it"));
    }

    private static Text failure(Reply reply) {
        return switch (reply) {
            case REFUSED -> Text.of("refuses connections");
            case UNREACHABLE -> Text.of("is reported unreachable");
            case NONE, ANSWERED, UNKNOWN -> Text.of("does not answer");
        };
    }

    private static Text seen(FailedBackend backend) {
        return Text.of(
                "The current generation lists {} as a backend, and the captured SYNs went there: {} of {} failed. The load"
                        + " balancer did what its maps say.",
                Term.endpoint(backend.endpoint()),
                Text.count(backend.failures(), "attempt", "attempts"),
                Term.number(backend.destination().attempts().size()));
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
                .title(Text.of(
                        "{} failed attempts, which the node's maps lead to",
                        Text.count(backends.size(), "more backend", "more backends")))
                .summary(summary)
                .explanation(List.of(
                        summary,
                        Text.of(
                                "So many backends at once hardly fail one by one: look for what they share, such as a node,"
                                        + " the path to it, a policy, or a capture that does not see the answers.")))
                .supporting(backends.stream()
                        .limit(MAX_CITED)
                        .flatMap(backend -> backend.failing().stream())
                        .toList())
                .rivals(List.of(answerElsewhere(backends.get(0))))
                .remedy(List.of(check(backends.get(0).endpoint())));
    }

    private Rival answerElsewhere(FailedBackend backend) {
        Text captures = Text.count(incident.traffic().captures().size(), "capture", "captures");
        List<Term> points =
                backend.destination().paths().stream().map(Terms::waypoint).toList();
        return new Rival(
                Rival.Kind.ANSWER_NOT_CAPTURED,
                Rival.Stance.OPEN,
                Text.of("The answer came back another way than through the captured interfaces"),
                points.isEmpty()
                        ? captures.then(", interfaces not named")
                        : captures.then(", interfaces {}", Text.join(", ", points)),
                Text.of("a capture on all interfaces of the node and of the backend's node at the same time"));
    }

    private static RemedyStep check(Endpoint backend) {
        return RemedyStep.reading(
                        Text.of("See whether the backend is alive"),
                        Text.of("kubectl reaches the cluster."),
                        List.of(new Action.FindPod(backend.address()), Action.Look.ENDPOINT_SLICES))
                .check(Text.of("The pod is listed, ready, and listens on port {}.", Term.number(backend.port())));
    }
}
