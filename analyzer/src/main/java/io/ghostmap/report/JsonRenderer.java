package io.ghostmap.report;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdSerializer;

/**
 * The JSON form. Members have the order of {@link Report}; everything outside ASCII is escaped, so that no control
 * or direction character of a bundle reaches a terminal through {@code cat}.
 */
public final class JsonRenderer {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .addModule(new SimpleModule().addSerializer(Record.class, new RecordSerializer()))
            .disable(MapperFeature.USE_ANNOTATIONS) // our records have none
            .enable(SerializationFeature.INDENT_OUTPUT)
            .defaultPrettyPrinter(new DefaultPrettyPrinter()
                    .withObjectIndenter(DefaultIndenter.SYSTEM_LINEFEED_INSTANCE.withLinefeed("\n")))
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
            .build();

    private static final ObjectWriter LINES = MAPPER.writer().without(SerializationFeature.INDENT_OUTPUT);

    /**
     * Writes any record as an object whose members are its components, in their order. Jackson's own serializers write the
     * same, but take longer to inspect the sixty record classes of a report than this one takes to write it.
     */
    private static final class RecordSerializer extends StdSerializer<Record> {
        private record Member(String name, Method accessor) {}

        private final Map<Class<?>, List<Member>> membersOf = new ConcurrentHashMap<>();

        RecordSerializer() {
            super(Record.class);
        }

        @Override
        public void serialize(Record record, JsonGenerator out, SerializationContext context) {
            out.writeStartObject(record);
            for (Member member : membersOf.computeIfAbsent(record.getClass(), RecordSerializer::members)) {
                out.writeName(member.name());
                context.writeValue(out, answer(record, member));
            }
            out.writeEndObject();
        }

        private static Object answer(Record record, Member member) {
            try {
                return member.accessor().invoke(record);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("no answer from " + member.name() + " of " + record.getClass(), e);
            }
        }

        private static List<Member> members(Class<?> type) {
            List<Member> members = new ArrayList<>();
            for (RecordComponent component : type.getRecordComponents()) {
                component.getAccessor().setAccessible(true); // the record itself need not be public
                members.add(new Member(nameOf(component), component.getAccessor()));
            }
            return members;
        }

        /** The component's name, except for one whose name in JSON is a keyword of Java. */
        private static String nameOf(RecordComponent component) {
            boolean isFor = component.getDeclaringRecord() == Report.Finding.class
                    && component.getName().equals("supporting");
            return isFor ? "for" : component.getName();
        }
    }

    private JsonRenderer() {}

    /** {@code out} stays open. */
    public static void write(ReportModel model, OutputStream out) throws IOException {
        write(ReportBuilder.build(model), out);
    }

    static void write(Report report, OutputStream out) throws IOException {
        try {
            MAPPER.writeValue(out, report);
        } catch (JacksonException e) { // it wraps the file's own exception, twice while a list is being written
            for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
                if (cause instanceof IOException failure) {
                    throw failure;
                }
            }
            throw e;
        }
        out.write('\n');
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
