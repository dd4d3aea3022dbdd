package io.ghostmap.datapath;

import io.ghostmap.bundle.Citation;
import io.ghostmap.net.Endpoint;

/** Where a connection can be sent. {@code id} is valid in its own map only. */
public record Backend(long id, Endpoint endpoint, Citation source) {}
