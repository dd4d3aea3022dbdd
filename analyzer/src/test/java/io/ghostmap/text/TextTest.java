package io.ghostmap.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ghostmap.net.Endpoint;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class TextTest {
    private static final Term BACKEND =
            Term.endpoint(Endpoint.parse("10.0.1.1:80").orElseThrow());

    @Test
    void placesAreFilledInOrder() {
        Text text = Text.of("program {} redirects to {}.", Term.program(109), BACKEND);

        assertThat(text.plain()).isEqualTo("program 109 redirects to 10.0.1.1:80.");
        assertThat(text.fragments()).hasSize(5).contains(new Text.Fragment.Data(BACKEND));
    }

    @Test
    void termsOfANestedTextStayTerms() {
        Text inner = Text.of("map {}", Term.map(27));

        assertThat(Text.of("it reads {}", inner).fragments()).contains(new Text.Fragment.Data(Term.map(27)));
    }

    @Test
    void dataIsNeverTakenForAPlace() {
        assertThat(Text.of("{} and {}", Term.quote("{}"), Term.quote("b")).plain())
                .isEqualTo("{} and b");
    }

    @Test
    void piecesAndPlacesMustBeAsMany() {
        assertThatThrownBy(() -> Text.of("map {}")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Text.of("map", Term.map(1))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void listsReadAsOneWouldSayThem() {
        List<Term> maps = IntStream.rangeClosed(1, 5).mapToObj(Term::map).toList();

        assertThat(Text.and(maps.subList(0, 1)).plain()).isEqualTo("1");
        assertThat(Text.and(maps.subList(0, 3)).plain()).isEqualTo("1, 2 and 3");
        assertThat(Text.few(maps).plain()).isEqualTo("1, 2, 3 and 2 more");
        assertThat(Text.count(1, "frontend", "frontends").plain()).isEqualTo("1 frontend");
        assertThat(Text.count(0, "frontend", "frontends").plain()).isEqualTo("0 frontends");
    }

    @Test
    void cookiesAreUnsignedAndSharesAreRounded() {
        assertThat(Term.id(Term.IdKind.SOCKET_COOKIE, -1).plain()).isEqualTo("18446744073709551615");
        assertThat(Term.share(1.0 / 3).plain()).isEqualTo("33.3 %");
        assertThat(Term.share(0.5).plain()).isEqualTo("50 %");
    }
}
