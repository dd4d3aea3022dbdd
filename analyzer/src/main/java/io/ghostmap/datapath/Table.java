package io.ghostmap.datapath;

import java.util.Optional;
import java.util.function.Function;

/**
 * A map that a program reads, decoded.
 *
 * @param mapId the map's id; empty where the program references no such map, or it is not known which
 * @param content empty where it was not dumped
 * @param whole whether every entry was dumped: an entry that is absent from a partial dump may exist
 * @param doubt why it cannot be told which map the program reads here
 */
public record Table<T>(Optional<Integer> mapId, Optional<T> content, boolean whole, Optional<String> doubt) {
    static <T> Table<T> none() {
        return new Table<>(Optional.empty(), Optional.empty(), false, Optional.empty());
    }

    /** With the same content in another form. */
    public <U> Table<U> map(Function<T, U> form) {
        return new Table<>(mapId, content.map(form), whole, doubt);
    }

    static <T> Table<T> doubtful(String why) {
        return new Table<>(Optional.empty(), Optional.empty(), false, Optional.of(why));
    }
}
