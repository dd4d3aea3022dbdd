package io.ghostmap.evidence;

import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;

/**
 * Streams {@code bpftool -j map dump id N} into one flat array. Only the hex arrays are read: {@code formatted} prints
 * integers in the node's order, drops bytes behind a NUL and repeats the key {@code ""}.
 *
 * <p>Row shapes (bpftool 5.10 to 7.7): {@code {"key":["0x0a",…],"value":["0x02",…]}}, with {@code "value":{"error":…}}
 * for an entry that vanished, and {@code "values":[{"cpu":0,"value":[…]}]} for per-CPU maps, which are
 * passed over: no load-balancing table is one.
 */
final class MapDumpReader {
    /** The largest key or value that a load-balancing map has is a maglev table of 131,071 ids. */
    private static final int LONGEST_FIELD = 1 << 20;

    /** 524,288 conntrack rows have 37 MB; four times that is room enough for any dump that is read whole. */
    private static final int LONGEST_SLAB = 160 << 20;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(JsonReadFeature.ALLOW_BACKSLASH_ESCAPING_ANY_CHARACTER)
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(64).build())
            .build();

    private final int mapId;
    private final String file;
    private byte[] rows = new byte[4096];
    private byte[] field = new byte[64];
    private int fill;
    private int keyBytes;
    private int valueBytes;
    private int count;
    private int vanished;
    private int odd;
    private Optional<String> damage = Optional.empty();

    private MapDumpReader(int mapId, String file) {
        this.mapId = mapId;
        this.file = file;
    }

    /** Reads what is there; a dump that breaks off keeps its rows and carries the reason. */
    static MapDump read(int mapId, String file, InputStream in) {
        MapDumpReader reader = new MapDumpReader(mapId, file);
        reader.readDocument(in);
        return reader.finish();
    }

    private void readDocument(InputStream in) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), in)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                damage = Optional.of("empty");
                return;
            }
            if (first == JsonToken.START_OBJECT) {
                damage = Optional.of(readError(parser));
                return;
            }
            if (first != JsonToken.START_ARRAY) {
                damage = Optional.of("not a list of entries");
                return;
            }
            readRows(parser);
        } catch (JacksonException e) {
            damage = Optional.of("breaks off after " + count + " entries");
        }
    }

    private void readRows(JsonParser parser) {
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            if (token == null) {
                damage = Optional.of("breaks off after " + count + " entries");
                return;
            }
            if (token != JsonToken.START_OBJECT) {
                odd++;
                parser.skipChildren();
            } else if (!readRow(parser)) {
                return;
            }
        }
        if (odd > 0) {
            damage = Optional.of(odd + " entries have another shape and were passed over");
        }
    }

    /** Reads one row; false when the bound on a dump's size is reached. */
    private boolean readRow(JsonParser parser) {
        int start = fill;
        int key = -1;
        int value = -1;
        boolean error = false;
        boolean perCpu = false;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            JsonToken token = parser.nextToken();
            if (name.equals("key") && token == JsonToken.START_ARRAY && key < 0) {
                key = readHex(parser);
                append(key);
            } else if (name.equals("value") && token == JsonToken.START_ARRAY && key >= 0 && value < 0) {
                value = readHex(parser);
                append(value);
            } else {
                error |= name.equals("value") && token == JsonToken.START_OBJECT;
                perCpu |= name.equals("values");
                parser.skipChildren();
            }
        }
        if (error || perCpu) {
            vanished += error ? 1 : 0;
            fill = start;
        } else if (!takes(key, value)) {
            odd++;
            fill = start;
        } else {
            count++;
        }
        if (fill > LONGEST_SLAB) {
            damage = Optional.of(
                    "only its first " + count + " entries were read: larger than " + LONGEST_SLAB + " bytes");
            return false;
        }
        return true;
    }

    /** Every row of a map has the sizes of the first. */
    private boolean takes(int key, int value) {
        if (key < 0 || value < 0) {
            return false;
        }
        if (count == 0) {
            keyBytes = key;
            valueBytes = value;
        }
        return key == keyBytes && value == valueBytes;
    }

    /** The bytes of a hex array into {@link #field}; returns their number, or -1 when an element is no byte. */
    private int readHex(JsonParser parser) {
        int length = 0;
        boolean valid = true;
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            if (token == null) {
                return -1;
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
        return valid ? length : -1;
    }

    /** {@code 0x} and two hex digits. */
    private static int hexByte(char[] text, int offset, int length) {
        if (length != 4 || text[offset] != '0' || text[offset + 1] != 'x') {
            return -1;
        }
        int high = Character.digit(text[offset + 2], 16);
        int low = Character.digit(text[offset + 3], 16);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }

    private void append(int length) {
        if (length <= 0) {
            return;
        }
        if (fill + length > rows.length) {
            rows = Arrays.copyOf(rows, Math.max(fill + length, rows.length * 2));
        }
        System.arraycopy(field, 0, rows, fill, length);
        fill += length;
    }

    private static String readError(JsonParser parser) {
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            boolean isError = parser.currentName().equals("error");
            if (parser.nextToken() == JsonToken.VALUE_STRING && isError) {
                return "bpftool says: " + parser.getString();
            }
            parser.skipChildren();
        }
        return "not a list of entries";
    }

    private MapDump finish() {
        return new MapDump(mapId, file, keyBytes, valueBytes, Arrays.copyOf(rows, fill), count, vanished, damage);
    }
}
