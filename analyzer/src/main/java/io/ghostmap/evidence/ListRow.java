package io.ghostmap.evidence;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/** One row of a list of bpftool's. Takes a value that no kernel prints for unknown, and remembers its name. */
final class ListRow {
    /** What the kernel has as {@code __u32}. */
    static final long U32 = 0xffff_ffffL;

    private final JsonNode row;
    private final String file;
    private final Set<String> odd = new TreeSet<>();

    /** {@code file}: the path of the list. */
    ListRow(JsonNode row, String file) {
        this.row = row;
        this.file = file;
    }

    String file() {
        return file;
    }

    JsonNode value(String name) {
        return row.path(name);
    }

    /** Empty if it is absent. */
    String text(String name) {
        return row.path(name).asString("");
    }

    /** From 0 to {@code max}; empty if it is absent or anything else. */
    OptionalLong number(String name, long max) {
        JsonNode value = row.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return OptionalLong.empty();
        }
        if (value.isIntegralNumber() && value.canConvertToLong() && value.asLong() >= 0 && value.asLong() <= max) {
            return OptionalLong.of(value.asLong());
        }
        odd.add(name);
        return OptionalLong.empty();
    }

    /** As {@link #number}, of an {@code int}; 0 if it is absent. */
    int integer(String name) {
        return (int) number(name, Integer.MAX_VALUE).orElse(0);
    }

    /** The elements of a list that are an {@code int}. */
    List<Integer> integers(String name) {
        List<Integer> integers = new ArrayList<>();
        row.path(name).forEach(value -> {
            if (value.isInt()) {
                integers.add(value.asInt());
            } else {
                odd.add(name);
            }
        });
        return List.copyOf(integers);
    }

    List<String> texts(String name) {
        List<String> texts = new ArrayList<>();
        row.path(name).forEach(value -> texts.add(value.asString("")));
        return List.copyOf(texts);
    }

    /** Names of values that no kernel prints, among those that were asked for. */
    Set<String> odd() {
        return odd;
    }
}
