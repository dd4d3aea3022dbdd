package io.ghostmap.datapath;

import io.ghostmap.bundle.Citation;
import io.ghostmap.text.Text;
import java.util.List;

/**
 * A map, or a program's choice among maps, that type, sizes, name, pin, flags, use and entries do not identify. Nothing is
 * concluded from such a map.
 *
 * @param maps the ids of the maps
 * @param text what it can be, in a sentence without its full stop
 * @param why which evidence does not distinguish them
 * @param cost what the analyzer cannot say because of it
 */
public record Ambiguity(List<Integer> maps, Text text, Text why, Text cost, Citation source) {}
