package io.ghostmap.datapath;

import io.ghostmap.bundle.Citation;
import io.ghostmap.text.Text;
import java.util.List;

/**
 * What type, sizes, name, pin, flags, use and entries leave open. Nothing is concluded from such a map.
 *
 * @param maps which of them
 * @param text what it can be, in a sentence without its full stop
 * @param why what does not tell
 * @param cost what cannot be said because of it
 */
public record Ambiguity(List<Integer> maps, Text text, Text why, Text cost, Citation source) {}
