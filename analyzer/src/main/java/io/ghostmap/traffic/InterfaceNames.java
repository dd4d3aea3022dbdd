package io.ghostmap.traffic;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Names of the captured namespace's interfaces from {@code ip link}, never those of the analyst's machine. */
final class InterfaceNames {
    /** {@code 7: lxc5d@if6: <BROADCAST>}: the peer is after the last @; a name has no blank, colon or slash. */
    private static final Pattern LINK = Pattern.compile("(\\d{1,9}): ([^:\\s]+?)(@[^:@\\s]*)?: ");

    private static final int MAX_LIST = 1 << 24;

    private final Map<Integer, String> names = new HashMap<>();

    /** False when the text is not what {@code ip link} prints, or longer than any node's: one of busybox knows no JSON. */
    boolean readText(InputStream in) throws IOException {
        byte[] text = in.readNBytes(MAX_LIST);
        new String(text, StandardCharsets.UTF_8).lines().forEach(line -> {
            Matcher link = LINK.matcher(line);
            if (link.lookingAt()) {
                names.put(Integer.valueOf(link.group(1)), link.group(2));
            }
        });
        return !names.isEmpty() && text.length < MAX_LIST;
    }

    /** False when the text is not what {@code ip -j link} prints, which earlier collectors kept. */
    boolean readJson(InputStream in) {
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
