/**
 * What the catalog says of each rule to a reader who has no bundle at hand: how the failure is reported, how it comes about, by
 * what it is recognized, what keeps the rule from a false alarm, and where it was discussed in public. Sentences only: nothing
 * here looks at a bundle.
 */
@NullMarked
package io.ghostmap.diagnosis.manual;

import org.jspecify.annotations.NullMarked;
