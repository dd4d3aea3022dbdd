package io.ghostmap.report;

import io.ghostmap.diagnosis.CorrelatedDestination;
import io.ghostmap.evidence.KubernetesView;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.IpAddress;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import io.ghostmap.traffic.Destination;
import io.ghostmap.traffic.FrameRef;
import java.util.List;
import java.util.Optional;

/**
 * A destination on the wire, with the names of its clients. What needs a walk through all attempts is found only
 * when it is asked for: a page shows a few of two thousand destinations.
 */
record DestinationAccount(CorrelatedDestination seen, KubernetesView kubernetes) {
    private static final int MAX_FRAMES = 4;

    /** {@code pod} is {@code namespace/name}; empty if the address is not one of this node's pods. */
    record Client(IpAddress address, Optional<String> pod) {}

    Destination destination() {
        return seen.destination();
    }

    Endpoint endpoint() {
        return seen.destination().endpoint();
    }

    List<Client> clients() {
        return destination().clients().stream()
                .map(client -> new Client(client, kubernetes.podName(client)))
                .toList();
    }

    /** The capture that the cited frames are from: that of the first one. */
    Optional<String> capture() {
        return destination().frames().stream().findFirst().map(FrameRef::file);
    }

    /** Such as {@code eth0 out, lxc1 in}. */
    Text paths() {
        return Text.join(
                ", ",
                destination().paths().stream()
                        .map(path -> Term.name(Term.NameKind.INTERFACE, path.toString()))
                        .toList());
    }

    /** The first of {@link #frames()}, with a sign that there are more. */
    Text frameList() {
        List<FrameRef> frames = frames();
        Text few =
                Text.join(", ", frames.stream().limit(MAX_FRAMES).map(Terms::of).toList());
        return frames.size() > MAX_FRAMES ? few.then(", …") : few;
    }

    /** The first few frames, all of that one capture. */
    List<FrameRef> frames() {
        Optional<String> capture = capture();
        return destination().frames().stream()
                .filter(frame -> capture.filter(frame.file()::equals).isPresent())
                .toList();
    }
}
