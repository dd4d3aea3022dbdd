package io.ghostmap.datapath;

import io.ghostmap.text.Text;
import java.util.Optional;
import java.util.function.Function;

/**
 * A map that a program reads, decoded.
 *
 * @param mapId the map's id; empty if the program references no such map, or if it is not known which
 * @param content empty if it was not dumped
 * @param whole whether every entry was dumped: an entry that is absent from a partial dump may exist
 * @param doubt why it is not known which map the program reads here
 */
public record Table<T>(Optional<Integer> mapId, Optional<T> content, boolean whole, Optional<Text> doubt) {
    /** The program references no such map. */
    static <T> Table<T> none() {
        return new Table<>(Optional.empty(), Optional.empty(), false, Optional.empty());
    }

    /** With the same content in another form. */
    public <U> Table<U> map(Function<T, U> form) {
        return new Table<>(mapId, content.map(form), whole, doubt);
    }

    static <T> Table<T> doubtful(Text why) {
        return new Table<>(Optional.empty(), Optional.empty(), false, Optional.of(why));
    }
}
