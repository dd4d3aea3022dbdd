/**
 * The vocabulary that every package shares: addresses, ports, protocols. Values only; nothing here reads, decides or
 * prints more than the value itself.
 */
@NullMarked
package io.ghostmap.net;

import org.jspecify.annotations.NullMarked;
