package io.ghostmap.diagnosis.manual;

import com.google.errorprone.annotations.CompileTimeConstant;
import io.ghostmap.text.Text;

/**
 * A public report of the failure, or of its cause.
 *
 * @param repository owner and name on GitHub
 * @param number of the issue or the pull request
 * @param about what it is about, in our words; empty if only the number is known to be right
 */
public record Reference(String repository, int number, Text about) {
    private static final String CILIUM = "cilium/cilium";

    static Reference cilium(int number, @CompileTimeConstant String about) {
        return of(CILIUM, number, about);
    }

    static Reference cilium(int number) {
        return of(CILIUM, number);
    }

    static Reference of(@CompileTimeConstant String repository, int number, @CompileTimeConstant String about) {
        return new Reference(repository, number, Text.of(about));
    }

    static Reference of(@CompileTimeConstant String repository, int number) {
        return new Reference(repository, number, Text.NONE);
    }

    /** {@code cilium/cilium#46065}. */
    public String label() {
        return repository + "#" + number;
    }

    /** GitHub forwards the address of an issue to the pull request of that number. */
    public String url() {
        return "https://github.com/" + repository + "/issues/" + number;
    }
}
