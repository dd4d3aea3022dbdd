package io.ghostmap.traffic;

import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Names of the captured namespace's interfaces from {@code ip -j link}, never those of the analyst's machine. */
final class InterfaceNames {
    private final Map<Integer, String> names = new HashMap<>();

    /** False when the text is not what {@code ip -j link} prints. */
    boolean read(InputStream in) {
        try {
            JsonNode links = JsonMapper.shared().readTree(in);
            links.forEach(link ->
                    names.put(link.path("ifindex").asInt(0), link.path("ifname").asString("")));
            return links.isArray();
        } catch (JacksonException e) {
            return false;
        }
    }

    String of(int index) {
        return names.getOrDefault(index, "if" + index);
    }
}
