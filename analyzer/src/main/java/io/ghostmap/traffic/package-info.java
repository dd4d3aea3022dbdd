/**
 * Packets as a stream, folded to connection attempts. In go capture files, out goes
 * {@link io.ghostmap.traffic.Traffic}. Memory is bounded by distinct attempts, never by the size of a capture; no
 * length field of a capture decides an allocation.
 */
@NullMarked
package io.ghostmap.traffic;

import org.jspecify.annotations.NullMarked;
