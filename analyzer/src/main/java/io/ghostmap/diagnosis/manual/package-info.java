/**
 * What the catalog says of each rule to a reader without a bundle: how the failure is reported, how it happens, how the rule
 * recognizes it, what prevents a false alarm, and where it was discussed in public. It has only sentences, and never looks
 * at a bundle.
 */
@NullMarked
package io.ghostmap.diagnosis.manual;

import org.jspecify.annotations.NullMarked;
