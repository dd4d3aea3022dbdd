package io.ghostmap.diagnosis;

/** What an address on the wire is to the generations of the node's maps. */
public enum Classification {
    /** A backend in at least one generation that is not current, and in none that is. */
    STALE_BACKEND_ONLY("stale-backend-only", "a backend of a generation that is not current, and of no other"),
    CURRENT_BACKEND_ONLY("current-backend-only", "a backend of the current generation only"),
    /** A backend in the current generation and in an older one. */
    BACKEND_OF_SEVERAL("backend-of-several-generations", "a backend of the current and of an older generation"),
    /** A service's own address: no program translated the connection. */
    UNTRANSLATED_FRONTEND("untranslated-frontend", "a service's own address, which nothing translated"),
    IN_NO_GENERATION("in-no-generation", "neither frontend nor backend of any generation"),
    /** The maps were not captured. */
    CANNOT_TELL("cannot-tell", "not known, since no services or backends map was dumped");

    private final String word;
    private final String meaning;

    Classification(String word, String meaning) {
        this.word = word;
        this.meaning = meaning;
    }

    /** The word of the JSON report. */
    public String word() {
        return word;
    }

    public String meaning() {
        return meaning;
    }
}
