package io.ghostmap.report;

import io.ghostmap.bundle.Printable;
import io.ghostmap.datapath.Backend;
import io.ghostmap.datapath.Family;
import io.ghostmap.datapath.MapRole;
import io.ghostmap.datapath.NamedValue;
import io.ghostmap.datapath.Service;
import io.ghostmap.datapath.View;
import io.ghostmap.evidence.MapDump;
import io.ghostmap.evidence.MapEntry;
import io.ghostmap.net.Protocol;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** What {@code ghostmap dump} prints of one map; line by line, since a conntrack map has half a million entries. */
public final class MapDumpText {
    private static final HexFormat SPACED = HexFormat.ofDelimiter(" ");

    /** bpftool prints rows of so many bytes, with a wider gap in their middle. */
    private static final int HEX_ROW = 16;

    private static final int HEX_LINE = 24;

    private final MapContent content;
    private final Consumer<String> out;

    private MapDumpText(MapContent content, Consumer<String> out) {
        this.content = content;
        this.out = out;
    }

    /** {@code out} takes one line after the other, without its end. */
    public static void render(MapContent content, Consumer<String> out) {
        MapDumpText text = new MapDumpText(content, out);
        text.line(content.title());
        text.body();
    }

    /** As bpftool's text form prints a map without BTF. */
    public static void renderRaw(MapContent content, Consumer<String> out) {
        content.entries().forEach(entry -> raw(entry).forEach(out));
        int count = content.entries().size();
        out.accept("Found " + count + (count == 1 ? " element" : " elements"));
    }

    private void body() {
        MapRole role = content.role().orElse(MapRole.OTHER);
        switch (role.kind()) {
            case SERVICES -> services(role.family().orElse(Family.IPV4));
            case BACKENDS -> backends();
            case REVERSE_NAT -> reverseNat(role.family().orElse(Family.IPV4));
            case OTHER -> content.entries().forEach(entry -> raw(entry).forEach(out));
            default -> content.entries().forEach(this::fields);
        }
    }

    private void services(Family family) {
        Optional<View> reader = content.reader();
        line(reader.map(view -> "backends from "
                        + view.backends(family).mapId().map(id -> "map " + id).orElse("no map that is known")
                        + ", which program " + view.program().id() + " ("
                        + view.program().name() + ") reads with it")
                .orElse("no program reads it, so backends are known by their ids only"));
        line("");
        TextTable table = new TextTable("SERVICE ADDRESS", "BACKEND ADDRESS (REVNAT_ID) (SLOT)");
        for (Service service : content.datapath()
                .services()
                .getOrDefault(content.map().id(), Collections.emptySortedMap())
                .values()) {
            ServiceLines.of(service, reader).forEach(line -> table.row(line.key(), line.backend()));
        }
        lines(table);
    }

    private void backends() {
        line("");
        TextTable table = new TextTable("ID", "BACKEND ADDRESS", "STATE", "CLUSTER", "ZONE");
        for (Backend backend : content.datapath()
                .backends()
                .getOrDefault(content.map().id(), Collections.emptySortedMap())
                .values()) {
            table.row(
                    backend.id(),
                    Protocol.ofNumber(backend.protocol())
                                    .map(Protocol::toString)
                                    .orElse(String.valueOf(backend.protocol()))
                            + "://" + backend.endpoint(),
                    Words.lower(backend.state()),
                    backend.clusterId(),
                    backend.zone());
        }
        lines(table);
    }

    private void reverseNat(Family family) {
        line("");
        TextTable table = new TextTable("ID", "SERVICE ADDRESS");
        content.owner()
                .ifPresent(balancer -> balancer.reverseNat(content.dump(), family)
                        .values()
                        .forEach(nat -> table.row(nat.revNatId(), nat.frontend())));
        lines(table);
    }

    /** The key's fields on one line, the value's below, each wrapped to the width. */
    private void fields(MapEntry entry) {
        List<NamedValue> fields = content.fields(entry);
        wrapped("", named(fields, true));
        int cpus = entry.dump().cpus();
        wrapped("    ", named(fields, false) + (cpus == 0 ? "" : " (the sum of " + cpus + " CPUs)"));
    }

    private static String named(List<NamedValue> fields, boolean inKey) {
        return fields.stream()
                .filter(field -> field.inKey() == inKey)
                .map(field -> field.name() + " " + field.text().replace(' ', ':'))
                .collect(Collectors.joining(", "));
    }

    private void wrapped(String indent, String text) {
        for (String part : TextTable.wrap(Printable.whole(text), TextTable.WIDTH - indent.length())) {
            out.accept(indent + part);
        }
    }

    private static List<String> raw(MapEntry entry) {
        byte[] key = entry.key();
        byte[] value = entry.value();
        MapDump dump = entry.dump();
        List<String> lines = new ArrayList<>();
        if (dump.cpus() == 0
                && key.length + value.length <= HEX_LINE
                && key.length <= HEX_ROW
                && value.length <= HEX_ROW) {
            lines.add("key: " + hex(key, 0, key.length) + "  value: " + hex(value, 0, value.length));
            return lines;
        }
        lines.add("key:");
        hexRows(lines, key, 0, key.length);
        int size = dump.valueBytes();
        for (int from = 0, cpu = 0; from + size <= value.length; from += size, cpu++) {
            lines.add(dump.cpus() == 0 ? "value:" : "value (CPU %02d):".formatted(cpu));
            hexRows(lines, value, from, from + size);
        }
        return lines;
    }

    private static void hexRows(List<String> lines, byte[] bytes, int from, int to) {
        for (int at = from; at < to; at += HEX_ROW) {
            lines.add(hex(bytes, at, Math.min(to, at + HEX_ROW)));
        }
    }

    private static String hex(byte[] bytes, int from, int to) {
        int middle = from + HEX_ROW / 2;
        return to <= middle
                ? SPACED.formatHex(bytes, from, to)
                : SPACED.formatHex(bytes, from, middle) + "  " + SPACED.formatHex(bytes, middle, to);
    }

    private void lines(TextTable table) {
        table.render().lines().forEach(out);
    }

    private void line(String text) {
        wrapped("", text);
    }
}
