/**
 * What the node said, as immutable records, each with its citation. Takes the members of a bundle, and returns
 * {@link io.ghostmap.evidence.Evidence}. Never interprets them: these are claims, and one can contradict another.
 */
@NullMarked
package io.ghostmap.evidence;

import org.jspecify.annotations.NullMarked;
