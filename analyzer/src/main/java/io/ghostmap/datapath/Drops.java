package io.ghostmap.datapath;

import io.ghostmap.bundle.Citation;
import io.ghostmap.text.Text;

/**
 * Packets that the programs at devices dropped for one reason while the bundle was taken.
 *
 * @param code the load balancer's own number of the reason
 * @param name what its own tool calls the reason; the number alone if it is not known
 * @param packets by how many the counter grew
 * @param source the entry of the later reading
 */
public record Drops(int code, Text name, long packets, Citation source) {}
