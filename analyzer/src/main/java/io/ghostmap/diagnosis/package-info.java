/**
 * Rules about one incident. In goes a {@link io.ghostmap.diagnosis.Incident}, out goes a {@link io.ghostmap.diagnosis.Diagnosis}:
 * findings with what speaks for and against each, what rules could not run for want of evidence, and the verdict.
 * Nothing here reads a byte of the bundle or prints one.
 */
@NullMarked
package io.ghostmap.diagnosis;

import org.jspecify.annotations.NullMarked;
