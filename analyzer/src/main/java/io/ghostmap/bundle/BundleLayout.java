package io.ghostmap.bundle;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A table between the names of a bundle's members and the artifacts that they are. One table for each kind of bundle. */
public final class BundleLayout {
    /** What {@code ghostmap-collect} writes, format 1. */
    public static final BundleLayout GHOSTMAP = GhostmapLayout.table();

    private static final Pattern PACKED = Pattern.compile("\\.(?:gz|zst)$");

    /** The place of the parameter in a name. */
    private static final char PLACE = '*';

    private record Row(ArtifactKind kind, Form form, String name) {}

    /** {@code members}: a whole path, with the parameter as its first group. */
    private record Family(Row row, Pattern members) {}

    private final Map<String, Row> single;
    private final List<Family> families;
    private final Map<ArtifactKind, String> folders;
    private final Map<ArtifactKind, String> names;
    private final Set<String> topLevel;

    private BundleLayout(Builder builder) {
        single = Map.copyOf(builder.single);
        families = List.copyOf(builder.families);
        folders = Map.copyOf(builder.folders);
        Map<ArtifactKind, String> all = new EnumMap<>(folders);
        families.forEach(
                family -> all.putIfAbsent(family.row().kind(), family.row().name()));
        single.values().forEach(row -> all.put(row.kind(), row.name()));
        all.put(ArtifactKind.ARCHIVE, "archive");
        names = Map.copyOf(all);
        Set<String> top = new HashSet<>();
        folders.values().forEach(name -> top.add(name.split("/", 2)[0]));
        single.keySet().forEach(name -> top.add(name.split("/", 2)[0]));
        topLevel = Set.copyOf(top);
    }

    /** What the member with that path is; packed, it is what its content is. */
    public Member memberAt(String path) {
        return named(path, path)
                .or(() -> named(path, PACKED.matcher(path).replaceFirst("")))
                .orElseGet(() -> new Member(path, inFolder(path), Form.TEXT));
    }

    /** The member at {@code path}, if a row has {@code name}. */
    private Optional<Member> named(String path, String name) {
        Row row = single.get(name);
        if (row != null) {
            return Optional.of(new Member(path, Artifact.of(row.kind()), row.form()));
        }
        for (Family family : families) {
            Matcher member = family.members().matcher(name);
            if (member.matches()) {
                Row of = family.row();
                return Optional.of(new Member(path, new Artifact(of.kind(), member.group(1)), of.form()));
            }
        }
        return Optional.empty();
    }

    /** What a manifest or a list of checksums means by a name: a member, or a folder with or without its slash. */
    Artifact artifactNamed(String name) {
        return memberAt(name).artifact();
    }

    /** The path of the artifact, or of its group's folder. */
    String nameOf(Artifact artifact) {
        if (artifact.equals(Artifact.of(ArtifactKind.BUNDLE))) {
            return "bundle";
        }
        String name = names.getOrDefault(artifact.kind(), "");
        int place = name.indexOf(PLACE);
        return place < 0
                ? name + artifact.parameter()
                : name.substring(0, place) + artifact.parameter() + name.substring(place + 1);
    }

    /** Whether that is the name of something directly in the folder of a bundle. */
    boolean isTopLevel(String name) {
        return topLevel.contains(name);
    }

    /** The group of the innermost folder that the path is in, with the rest of the path as the parameter. */
    private Artifact inFolder(String path) {
        Optional<Map.Entry<ArtifactKind, String>> folder = folders.entrySet().stream()
                .filter(entry -> (path + "/").startsWith(entry.getValue()))
                .max(Comparator.comparing(entry -> entry.getValue().length()));
        return folder.map(entry -> new Artifact(
                        entry.getKey(),
                        path.substring(Math.min(path.length(), entry.getValue().length()))))
                .orElseGet(() -> Artifact.unknown(path));
    }

    /** Collects the rows of one layout. */
    static final class Builder {
        private final Map<String, Row> single = new HashMap<>();
        private final List<Family> families = new ArrayList<>();
        private final Map<ArtifactKind, String> folders = new EnumMap<>(ArtifactKind.class);

        /** The place of a group, and of members in it that no row names. The path ends in {@code /}. */
        Builder folder(ArtifactKind group, String path) {
            folders.put(group, path);
            return this;
        }

        /** The only member of its kind. */
        Builder member(ArtifactKind kind, Form form, String path) {
            single.put(path, new Row(kind, form, path));
            return this;
        }

        /** Members whose path has a parameter in the place of {@code *}; the first family that fits decides. */
        Builder members(ArtifactKind kind, Form form, String path, String parameter) {
            int place = path.indexOf(PLACE);
            Pattern members = Pattern.compile(Pattern.quote(path.substring(0, place)) + "(" + parameter + ")"
                    + Pattern.quote(path.substring(place + 1)));
            families.add(new Family(new Row(kind, form, path), members));
            return this;
        }

        BundleLayout build() {
            return new BundleLayout(this);
        }
    }
}
