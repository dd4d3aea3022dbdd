package io.ghostmap.report;

import io.ghostmap.text.Term;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The page's entries for programs, maps, links, cgroups, services, destinations and frames, each with the id of its
 * element. Sections add their entries while they are made; every other mention of a term is a link to its entry.
 */
final class Anchors {
    private static final int MAX_SLUG = 100;

    private final Map<Term, String> ids = new HashMap<>();
    private final Set<String> taken = new HashSet<>();

    /** A term in a list, with the id of the entry if this is the one for it. */
    record Listed(Term term, Optional<String> id) {}

    /** A term that stays without a link, because it is part of the row that lists it. */
    record Unlinked(Term term) {}

    /** A term gets its id the first time that it is listed; later ones are mentions like any other. */
    Listed list(Term term) {
        if (ids.containsKey(term)) {
            return new Listed(term, Optional.empty());
        }
        String id = free(prefix(term) + slug(term));
        ids.put(term, id);
        return new Listed(term, Optional.of(id));
    }

    /** Another term for something that is already listed, such as a service's name. If two have that name, it is the first. */
    void alias(Term listed, Term other) {
        String id = ids.get(listed);
        if (id != null) {
            ids.putIfAbsent(other, id);
        }
    }

    Optional<String> idOf(Term term) {
        return Optional.ofNullable(ids.get(term));
    }

    private String free(String wanted) {
        String id = wanted;
        for (int i = 2; !taken.add(id); i++) {
            id = wanted + "-" + i;
        }
        return id;
    }

    private static String prefix(Term term) {
        if (term instanceof Term.Id id) {
            return switch (id.kind()) {
                case PROGRAM -> "prog-";
                case MAP -> "map-";
                case LINK -> "link-";
                default -> "id-";
            };
        }
        if (term instanceof Term.Frontend) {
            return "svc-";
        }
        if (term instanceof Term.Endpoint) {
            return "dst-";
        }
        if (term instanceof Term.Frame) {
            return "frame-";
        }
        return term instanceof Term.Name name && name.kind() == Term.NameKind.CGROUP ? "cgroup-" : "at-";
    }

    /** Letters, digits and points as they are, everything else as a hyphen: no value of a bundle becomes an id unchanged. */
    private static String slug(Term term) {
        String text = term instanceof Term.Frame frame ? frame.file() + "-" + frame.number() : term.plain();
        String slug =
                text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.]+", "-").replaceAll("^-|-$", "");
        return slug.substring(0, Math.min(slug.length(), MAX_SLUG));
    }
}
