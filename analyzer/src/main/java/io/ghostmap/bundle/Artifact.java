package io.ghostmap.bundle;

import io.ghostmap.text.Term;

/**
 * One artifact of a bundle: what a member is, not where it lies. Gaps, losses and the needs of rules name artifacts; only
 * a {@link BundleLayout} and a {@link Citation} know paths.
 *
 * @param parameter which of its kind, as the layout's table has it: a map's id, a cgroup's inode number, a capture's
 *     name; empty for the only one of its kind, and for a whole group
 */
public record Artifact(ArtifactKind kind, String parameter) {
    /** The only one of its kind, or a whole group. */
    public static Artifact of(ArtifactKind kind) {
        return new Artifact(kind, "");
    }

    /** The one with that number. */
    public static Artifact of(ArtifactKind kind, long number) {
        return new Artifact(kind, Long.toString(number));
    }

    /** A member that no kind names: its {@code path} is all that is known of it. */
    public static Artifact unknown(String path) {
        return new Artifact(ArtifactKind.BUNDLE, path);
    }

    /** The number that is the parameter; only of a kind whose parameter the layout takes for a number. */
    public long number() {
        return Long.parseLong(parameter);
    }

    /** Whether {@code other} is lost with this one: the same, or a member of this group. */
    public boolean covers(Artifact other) {
        return equals(other) || (parameter.isEmpty() && other.kind.isWithin(kind));
    }

    /** Whether a fault of this one is a fault of something of that kind. */
    public boolean concerns(ArtifactKind other) {
        return kind.isWithin(other) || (parameter.isEmpty() && other.isWithin(kind));
    }

    /** Its name in a report: the path that it has in Ghostmap's own layout. */
    public String name() {
        return BundleLayout.GHOSTMAP.nameOf(this);
    }

    /** The name as a part of a sentence. */
    public Term term() {
        return Term.member(name());
    }
}
