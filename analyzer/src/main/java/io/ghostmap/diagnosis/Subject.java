package io.ghostmap.diagnosis;

import io.ghostmap.net.Endpoint;
import io.ghostmap.net.IpAddress;

/** Something on the node that a finding is about. */
public sealed interface Subject {
    /** What clients ask for. */
    record Frontend(io.ghostmap.datapath.Frontend frontend) implements Subject {}

    /** Where connections to a service go, or should go. */
    record Backend(Endpoint endpoint) implements Subject {}

    record Program(int id) implements Subject {}

    record Map(int id) implements Subject {}

    record Link(int id) implements Subject {}

    /** Whose connections the capture shows. */
    record Client(IpAddress address) implements Subject {}

    /** By its directory on the node. */
    record Cgroup(String directory) implements Subject {}

    /** By its path inside the bundle. */
    record Capture(String file) implements Subject {}
}
