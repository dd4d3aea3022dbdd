package io.ghostmap.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The JSON form. Members stand in the order of {@link Report}; everything outside ASCII is escaped, so that no control
 * or direction character of a bundle reaches a terminal through {@code cat}.
 */
public final class JsonRenderer {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .defaultPrettyPrinter(new DefaultPrettyPrinter()
                    .withObjectIndenter(DefaultIndenter.SYSTEM_LINEFEED_INSTANCE.withLinefeed("\n")))
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .changeDefaultPropertyInclusion(value -> value.withValueInclusion(JsonInclude.Include.ALWAYS))
            .build();

    private static final JsonMapper LINES =
            MAPPER.rebuild().disable(SerializationFeature.INDENT_OUTPUT).build();

    private JsonRenderer() {}

    public static String render(Report report) {
        return text(report);
    }

    /** Any value of ours on one line, without its end. */
    static String line(Object value) {
        return LINES.writeValueAsString(value);
    }

    /** Any record of ours. */
    static String text(Object document) {
        return MAPPER.writeValueAsString(document) + "\n";
    }
}
