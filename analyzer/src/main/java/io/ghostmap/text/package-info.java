/**
 * Sentences as typed fragments. Words are compile-time constants of this program; whatever comes from a bundle enters a
 * sentence as a {@link io.ghostmap.text.Term} that says what it is. So each form of the report can show, escape, link or
 * replace the data without taking a sentence apart. Nothing here decides anything.
 */
@NullMarked
package io.ghostmap.text;

import org.jspecify.annotations.NullMarked;
