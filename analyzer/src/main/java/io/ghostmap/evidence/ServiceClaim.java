package io.ghostmap.evidence;

import io.ghostmap.bundle.Citation;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.Protocol;
import java.util.List;

/** A frontend's backends as a tool of Cilium lists them: the agent's own view, not what a program reads. */
public record ServiceClaim(Endpoint frontend, Protocol protocol, List<Endpoint> backends, Citation source) {}
