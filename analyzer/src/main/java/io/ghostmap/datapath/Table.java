package io.ghostmap.datapath;

import java.util.Optional;

/**
 * A decoded map.
 *
 * @param mapId the map's id; empty where the program references no such map
 * @param content empty where the map was not dumped
 * @param whole whether every entry was dumped: an entry that is absent from a partial dump may exist
 */
public record Table<T>(Optional<Integer> mapId, Optional<T> content, boolean whole) {}
