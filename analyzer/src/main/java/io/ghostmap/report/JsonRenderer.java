package io.ghostmap.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.PropertyNamingStrategy;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.AnnotatedField;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.introspect.AnnotatedMethod;
import tools.jackson.databind.json.JsonMapper;

/**
 * The JSON form. Members stand in the order of {@link Report}; everything outside ASCII is escaped, so that no control
 * or direction character of a bundle reaches a terminal through {@code cat}.
 */
public final class JsonRenderer {
    /** Without annotations, of which our records have none: to look for them takes as long as to write a small report. */
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(new Names())
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY, MapperFeature.USE_ANNOTATIONS)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .defaultPrettyPrinter(new DefaultPrettyPrinter()
                    .withObjectIndenter(DefaultIndenter.SYSTEM_LINEFEED_INSTANCE.withLinefeed("\n")))
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .changeDefaultPropertyInclusion(value -> value.withValueInclusion(JsonInclude.Include.ALWAYS))
            .build();

    private static final ObjectWriter LINES = MAPPER.writer().without(SerializationFeature.INDENT_OUTPUT);

    /** Members are named as the components of the records, but for one whose name is a word of Java. */
    private static final class Names extends PropertyNamingStrategy {
        private static final long serialVersionUID = 1;

        @Override
        public String nameForField(MapperConfig<?> config, AnnotatedField field, String name) {
            return nameOf(field, name);
        }

        @Override
        public String nameForGetterMethod(MapperConfig<?> config, AnnotatedMethod method, String name) {
            return nameOf(method, name);
        }

        private static String nameOf(AnnotatedMember member, String name) {
            return member.getDeclaringClass() == Report.Finding.class && name.equals("supporting") ? "for" : name;
        }
    }

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
