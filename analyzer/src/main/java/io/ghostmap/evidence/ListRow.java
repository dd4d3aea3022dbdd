package io.ghostmap.evidence;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/** One row of a list of bpftool. A value that no kernel prints counts as unknown, and its name is remembered. */
final class ListRow {
    /** What the kernel has as {@code __u32}. */
    static final long U32 = 0xffff_ffffL;

    /** {@code PATH_MAX} of include/uapi/linux/limits.h; names are shorter. */
    static final int MAX_TEXT = 4_096;

    /**
     * A program can use 64 maps ({@code MAX_USED_MAPS}) and some that are bound to it, a hook of a cgroup has at most 64
     * programs ({@code BPF_CGROUP_MAX_PROGS}) and a cgroup some 30 hooks; an object has few pins.
     */
    private static final int MAX_ELEMENTS = 2_048;

    private final JsonNode row;
    private final String file;
    private final Set<String> odd;

    /** {@code file}: the path of the list. */
    ListRow(JsonNode row, String file) {
        this(row, file, new TreeSet<>());
    }

    private ListRow(JsonNode row, String file, Set<String> odd) {
        this.row = row;
        this.file = file;
        this.odd = odd;
    }

    String file() {
        return file;
    }

    JsonNode value(String name) {
        return row.path(name);
    }

    /** Empty if it is absent, or longer than any name. */
    String text(String name) {
        return bounded(name, row.path(name).asString(""));
    }

    private String bounded(String name, String text) {
        if (text.length() > MAX_TEXT) {
            odd.add(name);
            return "";
        }
        return text;
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

    /** Like {@link #number}, for an {@code int}; 0 if it is absent. */
    int integer(String name) {
        return (int) number(name, Integer.MAX_VALUE).orElse(0);
    }

    /** The elements of a list that are an {@code int}. */
    List<Integer> integers(String name) {
        List<Integer> integers = new ArrayList<>();
        for (JsonNode value : elements(name)) {
            if (value.isInt()) {
                integers.add(value.asInt());
            } else {
                odd.add(name);
            }
        }
        return List.copyOf(integers);
    }

    List<String> texts(String name) {
        List<String> texts = new ArrayList<>();
        for (JsonNode value : elements(name)) {
            texts.add(bounded(name, value.asString("")));
        }
        return List.copyOf(texts);
    }

    /** The elements of a list that are rows themselves. */
    List<ListRow> rows(String name) {
        return elements(name).stream()
                .map(value -> new ListRow(value, file, odd))
                .toList();
    }

    /** Empty if the list is longer than a kernel can print. */
    private List<JsonNode> elements(String name) {
        JsonNode list = row.path(name);
        if (list.size() > MAX_ELEMENTS) {
            odd.add(name);
            return List.of();
        }
        return List.copyOf(list.values());
    }

    /** Names of values that no kernel prints, among those that were asked for. */
    Set<String> odd() {
        return odd;
    }
}
