package io.ghostmap.evidence;

import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads bpftool's lists row by row: the elements of an array, or single objects, and whole documents one after another,
 * with or without a comma between them. It accepts what bpftool prints and a strict reader refuses: {@code \'} in strings
 * (up to 7.1), paths of pins with any bytes in their names, what {@link JsonRepair} repairs, error objects in the place of
 * rows, {@code null} and nothing at all. Of a document that ends early, the rows before that are kept.
 */
final class JsonRows {
    private static final long LONGEST_DOCUMENT = 256L << 20;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(JsonReadFeature.ALLOW_BACKSLASH_ESCAPING_ANY_CHARACTER)
            .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxDocumentLength(LONGEST_DOCUMENT)
                    .maxNestingDepth(64)
                    .build())
            .build();

    /** Rows follow one another in one stream, so that content after a row is not an error. */
    private static final JsonMapper MAPPER = JsonMapper.builder(FACTORY)
            .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /**
     * @param listed whether there was a list or an object at all; failed commands print {@code null} or nothing
     * @param errors texts of bpftool's error objects
     * @param damage where and why the document ends early; empty if it is complete
     */
    record Reading(boolean listed, int rows, List<String> errors, Optional<Text> damage) {}

    private JsonRows() {}

    /** Like {@link #read}, for output of bpftool, which is not always JSON. */
    static Reading readBpftool(InputStream in, Consumer<JsonNode> consumer) {
        return read(new JsonRepair(in), consumer);
    }

    /** Gives every row to {@code consumer}. No content of the text makes it throw. */
    static Reading read(InputStream in, Consumer<JsonNode> consumer) {
        List<String> errors = new ArrayList<>();
        boolean listed = false;
        int rows = 0;
        try (JsonParser parser = MAPPER.createParser(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                listed |= token == JsonToken.START_ARRAY || token == JsonToken.START_OBJECT;
                if (token != JsonToken.START_OBJECT) {
                    continue; // the array around the rows, or bpftool's null
                }
                JsonNode row = MAPPER.readTree(parser);
                if (row.size() == 1 && row.path("error").isString()) {
                    errors.add(row.path("error").asString());
                } else {
                    consumer.accept(row);
                    rows++;
                }
            }
            return new Reading(listed, rows, List.copyOf(errors), Optional.empty());
        } catch (JacksonException e) {
            return new Reading(
                    listed,
                    rows,
                    List.copyOf(errors),
                    Optional.of(Text.of("not valid JSON after {} rows", Term.number(rows))));
        }
    }
}
