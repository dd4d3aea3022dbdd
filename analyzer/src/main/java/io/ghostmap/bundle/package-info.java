/**
 * Opens an archive or a folder from a stranger and walks its members once, as streams, under limits. In goes a path,
 * out go named streams to the sinks, then the manifest, the digests and the list of what was missing or damaged.
 * Never writes to disk, never follows a link, never trusts a name, a size or a count.
 */
@NullMarked
package io.ghostmap.bundle;

import org.jspecify.annotations.NullMarked;
