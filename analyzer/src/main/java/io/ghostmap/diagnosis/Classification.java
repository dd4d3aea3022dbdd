package io.ghostmap.diagnosis;

/** What an address on the wire is to the generations of the node's maps. */
public enum Classification {
    /** A backend in at least one generation that is not current, and in none that is. */
    STALE_BACKEND_ONLY("stale-backend-only"),
    CURRENT_BACKEND_ONLY("current-backend-only"),
    /** A backend in the current generation and in an older one. */
    BACKEND_OF_SEVERAL("backend-of-several-generations"),
    /** A service's own address: no program translated the connection. */
    UNTRANSLATED_FRONTEND("untranslated-frontend"),
    /** Neither a frontend nor a backend. */
    IN_NO_GENERATION("in-no-generation"),
    /** The maps were not captured. */
    CANNOT_TELL("cannot-tell");

    private final String word;

    Classification(String word) {
        this.word = word;
    }

    /** The word of the JSON report. */
    public String word() {
        return word;
    }
}
