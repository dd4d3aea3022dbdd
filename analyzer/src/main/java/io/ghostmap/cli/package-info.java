/**
 * The commands. Wires the flow from a path to files and an exit status, and turns what went wrong into one line. No
 * logic of its own.
 */
@NullMarked
package io.ghostmap.cli;

import org.jspecify.annotations.NullMarked;
