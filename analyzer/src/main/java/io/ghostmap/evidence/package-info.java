/**
 * What the node said, as immutable records, each with its citation. In go the members of a bundle, out goes
 * {@link io.ghostmap.evidence.Evidence}. Nothing is interpreted here: these are claims, and one can contradict another.
 */
@NullMarked
package io.ghostmap.evidence;

import org.jspecify.annotations.NullMarked;
