/**
 * The paths of packets through the node: where an attempt came in, with which addresses it left, where its answer was last
 * seen. Takes the traffic and the node's interfaces, and returns {@link io.ghostmap.diagnosis.wire.Journey}s of the attempts
 * that failed. Never decides why they failed: rules do.
 */
@NullMarked
package io.ghostmap.diagnosis.wire;

import org.jspecify.annotations.NullMarked;
