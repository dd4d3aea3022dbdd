package io.ghostmap.report;

import io.ghostmap.datapath.MapRole;
import io.ghostmap.datapath.NamedValue;
import io.ghostmap.datapath.Service;
import io.ghostmap.evidence.MapEntry;
import io.ghostmap.text.Text;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What {@code ghostmap dump --json} prints: one object for the map, and in it one for each entry, an entry a line.
 *
 * <pre>
 * {"map":{"id":27,"name":…,"role":…,"fullName":…,"versions":…,"current":true|false|null,"entries":n,"maxEntries":n,
 *         "damage":""},
 *  "services":[{"frontend":"10.96.0.1:443/TCP","slot":0,"backend":"…"},…],       of services maps only
 *  "entries":[{"key":{"address":…},"value":{…},"rawKey":"0a 60 …","rawValue":"…"},…]}
 * </pre>
 */
public final class MapDumpJson {
    private static final HexFormat SPACED = HexFormat.ofDelimiter(" ");

    private MapDumpJson() {}

    public record Entry(Map<String, String> key, Map<String, String> value, String rawKey, String rawValue) {}

    /** {@code out} takes pieces of the document, one after the other. */
    public static void render(MapContent content, Consumer<String> out) {
        out.accept("{\"map\":" + JsonRenderer.line(map(content)));
        if (content.role().filter(MapRole::isServices).isPresent()) {
            out.accept(",\n\"services\":[\n");
            String separator = "";
            for (Service service : content.datapath()
                    .services()
                    .getOrDefault(content.map().id(), Collections.emptySortedMap())
                    .values()) {
                for (ServiceLines.Line line : ServiceLines.of(service, content.reader())) {
                    out.accept(separator + JsonRenderer.line(line));
                    separator = ",\n";
                }
            }
            out.accept("]");
        }
        out.accept(",\n\"entries\":[\n");
        String separator = "";
        for (MapEntry entry : content.entries()) {
            out.accept(separator + JsonRenderer.line(entry(content, entry)));
            separator = ",\n";
        }
        out.accept("]}\n");
    }

    private static Map<String, @Nullable Object> map(MapContent content) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("id", content.map().id());
        map.put("name", content.map().name());
        map.put("role", content.role().map(MapRole::toString).orElse(""));
        content.identity().ifPresent(identity -> {
            map.put("fullName", identity.fullName());
            map.put("versions", identity.versions());
            map.put("known", identity.why().plain());
        });
        content.datapath()
                .generation(content.map().id())
                .ifPresent(generation -> map.put("current", Currencies.json(generation.currency())));
        map.put("entries", content.dump().count());
        map.put("maxEntries", content.map().maxEntries());
        map.put("vanished", content.dump().vanished());
        map.put("damage", content.dump().damage().map(Text::plain).orElse(""));
        return map;
    }

    static Entry entry(MapContent content, MapEntry entry) {
        List<NamedValue> fields = content.fields(entry);
        return new Entry(
                named(fields, true),
                named(fields, false),
                SPACED.formatHex(entry.key()),
                SPACED.formatHex(entry.value()));
    }

    private static Map<String, String> named(List<NamedValue> fields, boolean inKey) {
        Map<String, String> named = new LinkedHashMap<>();
        fields.stream().filter(field -> field.inKey() == inKey).forEach(field -> named.put(field.name(), field.text()));
        return named;
    }
}
