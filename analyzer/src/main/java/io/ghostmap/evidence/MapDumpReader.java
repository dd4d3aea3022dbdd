package io.ghostmap.evidence;

import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;

/**
 * Streams {@code bpftool -j map dump id N} into flat arrays. Only the hex arrays are read: {@code formatted} prints
 * integers in the node's order, drops bytes after a NUL and repeats the key {@code ""}.
 *
 * <p>Row shapes (bpftool 4.19 to 7.7): {@code {"key":["0x0a",…],"value":["0x02",…]}}, also with {@code formatted} and
 * {@code inner_map_id}; {@code "value":{"error":…}} for an entry that vanished;
 * {@code "values":[{"cpu":0,"value":[…]},…]} for per-CPU maps, whose rows here have the values of all CPUs one after
 * another. A dump by name that matched several maps is {@code [{"id":27,…,"elements":[rows]},…]}.
 */
final class MapDumpReader {
    /** The largest key or value of a load-balancing map is a maglev table of 131,071 ids. */
    private static final int LONGEST_FIELD = 1 << 20;

    /** The end of bpftool's error for an entry that was deleted while the dump ran; old releases print the second. */
    private static final String GONE = "No such file or directory";

    private static final String NOT_FOUND = "lookup element";

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(JsonReadFeature.ALLOW_BACKSLASH_ESCAPING_ANY_CHARACTER)
            .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(64).build())
            .build();

    private final int mapId;
    private final String file;
    private final Slab slab;
    private byte[] field = new byte[64];
    private int vanished;
    private int odd;
    private int cpus;
    private final SortedSet<Integer> others = new TreeSet<>();
    private Optional<Text> unreadable = Optional.empty();
    private Optional<Text> damage = Optional.empty();

    /** The bytes of a row while its members are read; -1 for what it does not have. */
    private static final class Row {
        private byte[] key = new byte[0];
        private byte[] value = new byte[0];
        private boolean hasKey;
        private boolean hasValue;
        private int cpus;
        private boolean vanished;
        private Optional<Text> fault = Optional.empty();
        private Optional<Integer> mapId = Optional.empty();
        private boolean isMap;
    }

    private MapDumpReader(int mapId, String file, RowFilter filter) {
        this.mapId = mapId;
        this.file = file;
        this.slab = new Slab(filter);
    }

    /**
     * Reads what is there; a dump that breaks off, packed or not, keeps its rows and carries the reason.
     *
     * @param filter which of its rows are kept; the first one always is
     */
    static MapDump read(int mapId, String file, InputStream in, RowFilter filter) {
        MapDumpReader reader = new MapDumpReader(mapId, file, filter);
        try {
            RowScanner.Result scanned = RowScanner.scan(in, reader.slab);
            reader.vanished = scanned.vanished();
            if (scanned.rest().isPresent()) {
                reader.readDocuments(new JsonRepair(scanned.rest().get()));
            }
        } catch (IOException e) {
            reader.note(reader.brokenOff());
        }
        return reader.finish();
    }

    /** Like {@link #read}, but only with the JSON parser: tests compare {@link RowScanner} with it. */
    static MapDump readSlowly(int mapId, String file, InputStream in) {
        MapDumpReader reader = new MapDumpReader(mapId, file, RowFilter.ALL);
        reader.readDocuments(new JsonRepair(in));
        return reader.finish();
    }

    private void readDocuments(InputStream in) {
        // A text in "formatted" can have any bytes; malformed ones are replaced, they do not end the reading.
        Reader text = new InputStreamReader(in, StandardCharsets.UTF_8);
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                damage = Optional.of(Text.of("empty"));
                return;
            }
            boolean listed = false;
            for (JsonToken token = first; token != null; token = parser.nextToken()) {
                if (token == JsonToken.START_ARRAY) {
                    listed = true;
                    if (!readRows(parser)) {
                        return;
                    }
                } else if (token == JsonToken.START_OBJECT) {
                    note(says(readError(parser)));
                } else if (!listed) {
                    note(Text.of("not a list of entries"));
                }
            }
        } catch (JacksonException e) {
            note(brokenOff());
        }
    }

    /** Keeps the first reason: the later ones follow from it. */
    private void note(Text reason) {
        if (damage.isEmpty()) {
            damage = Optional.of(reason);
        }
    }

    private Text brokenOff() {
        return Text.of("ends early, after {} entries", Term.number(slab.count()));
    }

    /** False when the rest must not be read. */
    private boolean readRows(JsonParser parser) {
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            if (token == null) {
                note(brokenOff());
                return false;
            }
            if (token != JsonToken.START_OBJECT) {
                odd++;
                parser.skipChildren();
            } else if (!readRow(parser)) {
                return false;
            }
        }
        return true;
    }

    /** Reads one row; false when the bound on a dump's size is reached. */
    private boolean readRow(JsonParser parser) {
        Row row = new Row();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            JsonToken token = parser.nextToken();
            if (name.equals("key") && token == JsonToken.START_ARRAY && !row.hasKey) {
                readHex(parser).ifPresent(bytes -> {
                    row.key = bytes;
                    row.hasKey = true;
                });
            } else if (name.equals("value") && token == JsonToken.START_ARRAY && !row.hasValue) {
                readHex(parser).ifPresent(bytes -> {
                    row.value = bytes;
                    row.hasValue = true;
                });
            } else if (name.equals("value") && token == JsonToken.START_OBJECT) {
                fail(row, readError(parser));
            } else if (name.equals("values") && token == JsonToken.START_ARRAY) {
                readValues(parser, row);
            } else if (name.equals("error") && token == JsonToken.VALUE_STRING) {
                fail(row, Optional.of(parser.getString()));
            } else if (name.equals("id") && token == JsonToken.VALUE_NUMBER_INT) {
                row.mapId = Optional.of(parser.getValueAsInt());
            } else if (name.equals("elements") && token == JsonToken.START_ARRAY) {
                row.isMap = true;
                if (row.mapId.filter(id -> id == mapId).isEmpty()) {
                    row.mapId.ifPresent(others::add);
                    parser.skipChildren();
                } else if (!readRows(parser)) {
                    return false;
                }
            } else {
                parser.skipChildren();
            }
        }
        return row.isMap || take(row);
    }

    private boolean take(Row row) {
        if (row.vanished) {
            vanished++;
            return true;
        }
        if (row.fault.isPresent()) {
            unreadable = unreadable.or(() -> row.fault);
            return true;
        }
        if (!row.hasKey || !row.hasValue) {
            odd++;
            return true;
        }
        if (slab.isFull(row.key.length + row.value.length)) {
            note(Text.of(
                    "only its first {} entries were read: larger than {} bytes",
                    Term.number(slab.count()),
                    Term.number(Slab.MAX_BYTES)));
            return false;
        }
        if (!slab.fits(row.key.length, row.value.length)) {
            odd++;
            return true;
        }
        int at = slab.reserve(row.key.length, row.value.length);
        System.arraycopy(row.key, 0, slab.piece(), at, row.key.length);
        System.arraycopy(row.value, 0, slab.piece(), at + row.key.length, row.value.length);
        cpus = row.cpus;
        return true;
    }

    /** {@code [{"cpu":0,"value":[…]},…]}: one value for each possible CPU, in that order. */
    private void readValues(JsonParser parser, Row row) {
        byte[] all = new byte[0];
        int count = 0;
        boolean valid = true;
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            if (token == null) {
                return;
            }
            if (token != JsonToken.START_OBJECT) {
                valid = false;
                parser.skipChildren();
                continue;
            }
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                boolean isValue = parser.currentName().equals("value");
                JsonToken of = parser.nextToken();
                Optional<byte[]> bytes = isValue && of == JsonToken.START_ARRAY ? readHex(parser) : Optional.empty();
                if (bytes.isPresent() && all.length + bytes.get().length <= LONGEST_FIELD) {
                    int end = all.length;
                    all = Arrays.copyOf(all, end + bytes.get().length);
                    System.arraycopy(bytes.get(), 0, all, end, bytes.get().length);
                    count++;
                } else if (isValue) {
                    valid = false;
                    skip(parser, of);
                } else {
                    parser.skipChildren();
                }
            }
        }
        if (valid && count > 0) {
            row.value = all;
            row.hasValue = true;
            row.cpus = count;
        }
    }

    private static void skip(JsonParser parser, JsonToken of) {
        if (of != JsonToken.START_ARRAY) { // an array was read to its end already
            parser.skipChildren();
        }
    }

    /** The bytes of a hex array; empty if an element is not a byte. */
    private Optional<byte[]> readHex(JsonParser parser) {
        int length = 0;
        boolean valid = true;
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            if (token == null) {
                return Optional.empty();
            }
            int value = token == JsonToken.VALUE_STRING
                    ? hexByte(parser.getStringCharacters(), parser.getStringOffset(), parser.getStringLength())
                    : -1;
            valid &= value >= 0 && length < LONGEST_FIELD;
            if (valid) {
                if (length == field.length) {
                    field = Arrays.copyOf(field, field.length * 2);
                }
                field[length++] = (byte) value;
            } else {
                parser.skipChildren();
            }
        }
        return valid && length > 0 ? Optional.of(Arrays.copyOf(field, length)) : Optional.empty();
    }

    /** {@code 0x} and two hex digits. */
    private static int hexByte(char[] text, int offset, int length) {
        if (length != 4 || text[offset] != '0' || text[offset + 1] != 'x') {
            return -1;
        }
        int high = digit(text[offset + 2]);
        int low = digit(text[offset + 3]);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }

    /** Only ASCII: Unicode has digits that bpftool does not print. */
    private static int digit(char c) {
        return c < 0x80 ? Character.digit(c, 16) : -1;
    }

    /** An error in the place of a value: the entry vanished, or could not be read. */
    private static void fail(Row row, Optional<String> error) {
        row.vanished = error.filter(text -> text.endsWith(GONE) || text.endsWith(NOT_FOUND))
                .isPresent();
        row.fault = Optional.of(says(error));
    }

    private static Text says(Optional<String> error) {
        return error.map(text -> Text.of("bpftool says: {}", Term.quote(text)))
                .orElseGet(() -> Text.of("not a list of entries"));
    }

    /** The text of bpftool's error object; empty if it is another object. */
    private static Optional<String> readError(JsonParser parser) {
        Optional<String> found = Optional.empty();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            boolean isError = parser.currentName().equals("error");
            if (parser.nextToken() == JsonToken.VALUE_STRING && isError) {
                found = Optional.of(parser.getString());
            } else {
                parser.skipChildren();
            }
        }
        return found;
    }

    private MapDump finish() {
        if (odd > 0) {
            note(Text.of("{} entries have another shape and were skipped", Term.number(odd)));
        }
        if (slab.count() == 0 && !others.isEmpty()) {
            note(Text.of(
                    "has entries of maps [{}], but not of map {}",
                    Text.join(", ", others.stream().map(Term::map).toList()),
                    Term.map(mapId)));
        }
        unreadable.ifPresent(error -> note(Text.of("some entries could not be read: {}", error)));
        return new MapDump(
                mapId,
                file,
                slab.keyBytes(),
                slab.valueBytes(),
                cpus,
                slab.pieces(),
                slab.rowsPerPiece(),
                slab.count(),
                slab.kept(),
                vanished,
                damage);
    }
}
