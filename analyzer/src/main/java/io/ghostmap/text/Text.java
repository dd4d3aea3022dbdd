package io.ghostmap.text;

import com.google.errorprone.annotations.CompileTimeConstant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A sentence, or a part of one: words of this program and terms from the bundle, in their order. Words can only be
 * compile-time constants (Error Prone refuses anything else), so that no data can hide among them.
 *
 * <pre>{@code
 * Text.of("program {} redirects {} to {}", Term.program(109), Term.endpoint(service), Term.endpoint(backend))
 * }</pre>
 */
public final class Text implements Piece {
    /** No words at all. */
    public static final Text NONE = new Text(List.of());

    private static final String PLACE = "{}";

    /** How many members of a long list are named before the rest is counted. */
    private static final int NAMED = 3;

    /** Words or a term. */
    public sealed interface Fragment {
        /** Words of this program. */
        final class Words implements Fragment {
            private final String words;

            private Words(String words) {
                this.words = words;
            }

            public String words() {
                return words;
            }

            @Override
            public int hashCode() {
                return words.hashCode();
            }

            @Override
            public boolean equals(Object other) {
                return other instanceof Words that && words.equals(that.words);
            }

            @Override
            public String toString() {
                return words;
            }
        }

        /** A value from the bundle. */
        record Data(Term term) implements Fragment {}
    }

    private final List<Fragment> fragments;

    private Text(List<Fragment> fragments) {
        this.fragments = List.copyOf(fragments);
    }

    /**
     * Words with {@code {}} at each place of a piece.
     *
     * @throws IllegalArgumentException if there are not as many pieces as places
     */
    public static Text of(@CompileTimeConstant String words, Piece... pieces) {
        List<Fragment> fragments = new ArrayList<>();
        fill(fragments, words, pieces);
        return new Text(fragments);
    }

    /** {@code 1 frontend}, {@code 4 frontends}. */
    public static Text count(long number, @CompileTimeConstant String one, @CompileTimeConstant String several) {
        return new Text(List.of(
                new Fragment.Data(Term.number(number)), new Fragment.Words(" " + (number == 1 ? one : several))));
    }

    /** A term alone. */
    public static Text of(Term term) {
        return new Text(List.of(new Fragment.Data(term)));
    }

    /** This text, and more words right after it. */
    public Text then(@CompileTimeConstant String words, Piece... pieces) {
        List<Fragment> all = new ArrayList<>(fragments);
        fill(all, words, pieces);
        return new Text(all);
    }

    /** This text, and another right after it. */
    public Text then(Text more) {
        List<Fragment> all = new ArrayList<>(fragments);
        all.addAll(more.fragments);
        return new Text(all);
    }

    /** The pieces with the separator between each two. */
    public static Text join(@CompileTimeConstant String separator, Collection<? extends Piece> pieces) {
        List<Fragment> all = new ArrayList<>();
        for (Piece piece : pieces) {
            if (!all.isEmpty()) {
                all.add(new Fragment.Words(separator));
            }
            add(all, piece);
        }
        return new Text(all);
    }

    /** {@code a}, {@code a and b}, {@code a, b and c}. */
    public static Text and(Collection<? extends Piece> pieces) {
        List<Piece> all = List.copyOf(pieces);
        if (all.size() < 2) {
            return join("", all);
        }
        return join(", ", all.subList(0, all.size() - 1)).then(" and {}", all.get(all.size() - 1));
    }

    /** The first few, and how many more: {@code a, b, c and 4 more}. */
    public static Text few(Collection<? extends Piece> pieces) {
        Text named = join(", ", pieces.stream().limit(NAMED).toList());
        return pieces.size() > NAMED ? named.then(" and {} more", Term.number(pieces.size() - (long) NAMED)) : named;
    }

    private static void fill(List<Fragment> fragments, String words, Piece... pieces) {
        int from = 0;
        for (Piece piece : pieces) {
            int place = words.indexOf(PLACE, from);
            if (place < 0) {
                throw new IllegalArgumentException("more pieces than places in: " + words);
            }
            if (place > from) {
                fragments.add(new Fragment.Words(words.substring(from, place)));
            }
            add(fragments, piece);
            from = place + PLACE.length();
        }
        if (words.indexOf(PLACE, from) >= 0) {
            throw new IllegalArgumentException("fewer pieces than places in: " + words);
        }
        if (from < words.length()) {
            fragments.add(new Fragment.Words(words.substring(from)));
        }
    }

    private static void add(List<Fragment> fragments, Piece piece) {
        if (piece instanceof Text text) {
            fragments.addAll(text.fragments);
        } else if (piece instanceof Term term) {
            fragments.add(new Fragment.Data(term));
        }
    }

    public List<Fragment> fragments() {
        return fragments;
    }

    public boolean isEmpty() {
        return fragments.isEmpty();
    }

    @Override
    public String plain() {
        return fragments.stream()
                .map(fragment -> fragment instanceof Fragment.Words words
                        ? words.words()
                        : ((Fragment.Data) fragment).term().plain())
                .collect(Collectors.joining());
    }

    @Override
    public int hashCode() {
        return fragments.hashCode();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Text that && fragments.equals(that.fragments);
    }

    /** For tests and debuggers; a renderer goes through the fragments. */
    @Override
    public String toString() {
        return plain();
    }
}
