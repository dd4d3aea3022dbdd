/**
 * The commands. Wires the flow from a path to files and an exit status, and turns a failure into one line. It has no
 * logic of its own.
 */
@NullMarked
package io.ghostmap.cli;

import org.jspecify.annotations.NullMarked;
