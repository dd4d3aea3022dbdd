package io.ghostmap.evidence;

import io.ghostmap.bundle.Decompression;
import io.ghostmap.bundle.Gap;
import io.ghostmap.bundle.Limits;
import io.ghostmap.bundle.Member;
import io.ghostmap.bundle.ReadAheadStream;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads the dumps of maps. They share nothing with the other readers, so that both can read at the same time. */
final class MapDumpsReader {
    /** For all compressed dumps together: the bundle's own limit does not count what they unpack to. */
    private static final long UNPACKED_DUMPS = Limits.DEFAULT.totalBytes();

    private final RowFilter filter;
    private final SortedMap<Integer, MapDump> dumps = new TreeMap<>();
    private final List<Gap> gaps = new ArrayList<>();
    private long unpackedDumps;

    MapDumpsReader(RowFilter filter) {
        this.filter = filter;
    }

    void read(Member member, InputStream in) throws IOException {
        Optional<Integer> id = Ids.parse(member.artifact().parameter());
        if (id.isEmpty()) {
            gaps.add(new Gap(member.artifact(), Text.of("no map has such an id; it was not read")));
            return;
        }
        int mapId = id.get();
        if (dumps.containsKey(mapId)) {
            gaps.add(new Gap(
                    member.artifact(),
                    Text.of(
                            "a second dump of this map; the first, {}, was read",
                            Term.member(dumps.get(mapId).file()))));
            return;
        }
        MapDump dump;
        try (InputStream unpacked = Decompression.unpacking(in)) {
            BoundedStream plain = new BoundedStream(unpacked, UNPACKED_DUMPS - unpackedDumps);
            try (ReadAheadStream ahead = new ReadAheadStream(plain)) {
                dump = MapDumpReader.read(mapId, member.path(), ahead, filter);
            }
            unpackedDumps += plain.count();
        }
        dumps.put(mapId, dump);
        dump.damage().ifPresent(reason -> gaps.add(new Gap(member.artifact(), reason)));
    }

    SortedMap<Integer, MapDump> dumps() {
        return Collections.unmodifiableSortedMap(dumps);
    }

    List<Gap> gaps() {
        return gaps;
    }
}
