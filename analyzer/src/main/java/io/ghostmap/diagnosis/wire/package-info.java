/**
 * What packets met on their way through the node: where an attempt entered, under which addresses it left, where its answer
 * was last seen. In go the traffic and the node's interfaces, out go {@link io.ghostmap.diagnosis.wire.Journey}s of the
 * attempts that failed. Nothing here decides why: rules do.
 */
@NullMarked
package io.ghostmap.diagnosis.wire;

import org.jspecify.annotations.NullMarked;
