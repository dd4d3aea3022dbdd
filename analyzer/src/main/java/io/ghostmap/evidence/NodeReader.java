package io.ghostmap.evidence;

import io.ghostmap.bundle.ArtifactKind;
import io.ghostmap.bundle.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** Reads the plain facts about the node and its tools. */
final class NodeReader {
    private static final String PRETTY_NAME = "PRETTY_NAME=";

    /** proc_uptime(5): seconds since boot, with hundredths. */
    private static final Pattern UPTIME = Pattern.compile("(\\d{1,12})\\.");

    private final List<String> bpffsMounts = new ArrayList<>();
    private String kernel = "";
    private String operatingSystem = "";
    private String bootId = "";
    private String bpftool = "";
    private OptionalLong uptimeSeconds = OptionalLong.empty();

    NodeReader(Readers readers) {
        readers.onFirstLine(ArtifactKind.UNAME, line -> kernel = line);
        readers.onFirstLine(ArtifactKind.BOOT_ID, line -> bootId = line);
        readers.onFirstLine(ArtifactKind.UPTIME, this::uptime);
        readers.onLines(ArtifactKind.OS_RELEASE, this::osRelease);
        readers.onLines(ArtifactKind.MOUNTS, this::mounts);
        readers.onRows(ArtifactKind.BPFTOOL_VERSION, (row, file) -> bpftool = bpftoolVersion(row));
    }

    private void uptime(String line) {
        Matcher seconds = UPTIME.matcher(line);
        if (seconds.lookingAt()) {
            uptimeSeconds = OptionalLong.of(Long.parseLong(seconds.group(1)));
        }
    }

    private void osRelease(TextFile file) {
        for (String line : file.lines()) {
            if (line.startsWith(PRETTY_NAME)) {
                operatingSystem =
                        Printable.cut(line.substring(PRETTY_NAME.length()).replace("\"", ""), ListRow.MAX_TEXT);
            }
        }
    }

    /** proc_pid_mountinfo(5): the mount point is the fifth field, the type the first after the separator. */
    private void mounts(TextFile file) {
        for (String line : file.lines()) {
            String[] fields = line.split(" ", -1);
            if (fields.length > 5 && line.contains(" - bpf ") && fields[4].length() <= ListRow.MAX_TEXT) {
                bpffsMounts.add(fields[4]);
            }
        }
    }

    /** What {@code bpftool -j version} printed; collectors up to 0.2.0 put it into an object of their own. */
    private static String bpftoolVersion(JsonNode row) {
        JsonNode version = row.path("version");
        return Printable.cut((version.isObject() ? version.path("version") : version).asString(""), ListRow.MAX_TEXT);
    }

    String bpftool() {
        return bpftool;
    }

    NodeFacts facts() {
        return new NodeFacts(kernel, operatingSystem, bootId, bpftool, uptimeSeconds, List.copyOf(bpffsMounts));
    }
}
