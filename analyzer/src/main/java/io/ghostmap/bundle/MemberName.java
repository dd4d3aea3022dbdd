package io.ghostmap.bundle;

import java.util.Optional;

/** Turns the names of archive members into paths relative to the bundle's folder, and refuses those that lie. */
final class MemberName {
    private final BundleLayout layout;
    private final Limits limits;
    private Optional<String> folder = Optional.empty();

    MemberName(BundleLayout layout, Limits limits) {
        this.layout = layout;
        this.limits = limits;
    }

    /** The member's path below the bundle's folder; empty for that folder itself. */
    Optional<String> resolve(String raw) throws LimitExceededException {
        String name = normalize(raw);
        if (name.isEmpty()) {
            return Optional.empty();
        }
        String first = firstOf(name);
        if (folder.isEmpty()) {
            folder = Optional.of(isBundleFolder(first, below(name)) ? first : "");
        }
        if (folder.get().isEmpty()) {
            return Optional.of(name);
        }
        if (!first.equals(folder.get())) {
            throw new LimitExceededException("it has more than one top folder (" + Printable.of(folder.get()) + " and "
                    + Printable.of(first) + "), a bundle has one");
        }
        return Optional.of(below(name)).filter(path -> !path.isEmpty());
    }

    /** A folder's own entry decides nothing yet: the bundle's folder can have the name of one of its parts. */
    void folder(String raw) throws LimitExceededException {
        String name = normalize(raw);
        if (!name.isEmpty() && folder.isPresent()) {
            resolve(raw);
        }
    }

    /** A part of a bundle, such as {@code node}, holds nothing that has the name of a part. */
    private boolean isBundleFolder(String first, String below) {
        return !layout.isTopLevel(first) || layout.isTopLevel(firstOf(below));
    }

    private static String firstOf(String name) {
        int slash = name.indexOf('/');
        return slash < 0 ? name : name.substring(0, slash);
    }

    private static String below(String name) {
        int slash = name.indexOf('/');
        return slash < 0 ? "" : name.substring(slash + 1);
    }

    private String normalize(String raw) throws LimitExceededException {
        if (raw.length() > limits.nameBytes()) {
            throw new LimitExceededException("a member's name is longer than " + limits.nameBytes() + " characters");
        }
        if (raw.startsWith("/") || raw.indexOf('\\') >= 0 || raw.chars().anyMatch(c -> c < 0x20 || c == 0x7f)) {
            throw new LimitExceededException("the member name " + Printable.of(raw) + " is not a plain relative path");
        }
        StringBuilder name = new StringBuilder();
        int depth = 0;
        for (String part : raw.split("/", -1)) {
            if (part.equals("..")) {
                throw new LimitExceededException(
                        "the member name " + Printable.of(raw) + " leaves the bundle's folder");
            }
            if (part.isEmpty() || part.equals(".")) {
                continue;
            }
            if (++depth > limits.depth()) {
                throw new LimitExceededException("a member lies deeper than " + limits.depth() + " folders");
            }
            name.append(name.isEmpty() ? "" : "/").append(part);
        }
        return name.toString();
    }
}
