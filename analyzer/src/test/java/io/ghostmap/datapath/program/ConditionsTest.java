package io.ghostmap.datapath.program;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.datapath.program.Condition.AddressOfNode;
import io.ghostmap.datapath.program.Condition.BuiltWith;
import io.ghostmap.datapath.program.Condition.ClientInNamespace;
import io.ghostmap.datapath.program.Condition.ClientOnHost;
import io.ghostmap.datapath.program.Condition.OfRelease;
import io.ghostmap.support.Addresses;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is taken for given can always be true, and the sides of a question leave nothing out. */
final class ConditionsTest {
    private static final Condition ON_HOST = new ClientOnHost();

    private static List<List<Condition>> sides(Conditions given, Condition condition) {
        List<List<Condition>> sides = new ArrayList<>();
        given.split(condition, with -> sides.add(with.assumed()), without -> sides.add(without.assumed()));
        return sides;
    }

    private static Conditions given(Condition condition) {
        List<Conditions> held = new ArrayList<>();
        Conditions.NONE.split(condition, held::add, without -> {});
        return held.get(0);
    }

    private static Condition in(Long... cookies) {
        return ClientInNamespace.of(List.of(cookies));
    }

    @Test
    void aQuestionHasTwoSides() {
        assertThat(sides(Conditions.NONE, ON_HOST)).containsExactly(List.of(ON_HOST), List.of(ON_HOST.complement()));
    }

    @Test
    void whatIsGivenIsNotAskedAgain() {
        assertThat(sides(given(ON_HOST), ON_HOST)).containsExactly(List.of(ON_HOST));
        assertThat(sides(given(ON_HOST.complement()), ON_HOST)).containsExactly(List.of(ON_HOST.complement()));
        assertThat(sides(given(ON_HOST), ON_HOST.complement())).containsExactly(List.of(ON_HOST));
    }

    @Test
    void whatIsKnownDecidesAndIsNoCondition() {
        Conditions known = Conditions.knowing(List.of(ON_HOST, in(7L)));

        assertThat(sides(known, ON_HOST)).containsExactly(List.of());
        assertThat(sides(known, in(7L))).containsExactly(List.of());
        assertThat(sides(known, in(8L))).containsExactly(List.of());
        assertThat(sides(known, new BuiltWith(1, "x", true))).hasSize(2);
    }

    @Test
    void aClientIsInOneNamespaceOnly() {
        assertThat(sides(given(in(7L)), in(8L))).containsExactly(List.of(in(7L)));
        assertThat(sides(given(in(7L).complement()), in(8L)))
                .containsExactly(List.of(in(8L)), List.of(in(7L).complement(), in(8L).complement()));
    }

    @Test
    void noneOfTheNamedNamespacesIsTheRest() {
        List<Condition> ways = new ArrayList<>();
        List<List<Long>> groups = List.of(List.of(7L), List.of(8L, 9L));
        Conditions.NONE.splitByNamespace(
                groups,
                group -> group,
                (group, given) -> ways.addAll(given.assumed()),
                given -> ways.addAll(given.assumed()));
        assertThat(ways).containsExactly(in(7L), in(8L, 9L), in(7L, 8L, 9L).complement());

        ways.clear();
        given(in(7L))
                .splitByNamespace(groups, group -> group, (group, given) -> ways.addAll(given.assumed()), given -> {
                    throw new AssertionError(given);
                });
        assertThat(ways).containsExactly(in(7L));
    }

    @Test
    void anAddressOfThisNodeIsOneOfSomeNode() {
        Condition here = new AddressOfNode(Addresses.endpoint("192.0.2.1:80").address(), false);
        Condition somewhere =
                new AddressOfNode(Addresses.endpoint("192.0.2.1:80").address(), true);

        assertThat(sides(given(here), somewhere)).containsExactly(List.of(here));
        assertThat(sides(given(somewhere.complement()), here)).containsExactly(List.of(somewhere.complement()));
        assertThat(sides(given(somewhere), here)).containsExactly(List.of(here), List.of(somewhere, here.complement()));
    }

    @Test
    void aProgramIsOfOneGroupOfReleasesOnly() {
        Release old = new Release("Balancer", "1");
        Release young = new Release("Balancer", "2");
        Conditions ofOld = given(new OfRelease(109, List.of(old)));

        assertThat(ofOld.possible(109, List.of(old, young))).containsExactly(old);
        assertThat(ofOld.possible(160, List.of(old, young))).containsExactly(old, young);
        List<Conditions> ways = new ArrayList<>();
        ofOld.splitByRelease(109, List.of(List.of(young), List.of(old)), (group, given) -> ways.add(given));
        assertThat(ways).containsExactly(ofOld);
    }

    @Test
    void whatIsDoneOnBothSidesOfAConditionIsDoneWithoutIt() {
        Decision passes = new Decision.Passes();
        Decision refuses = new Decision.Refuses(Text.of("no"), List.of(Errno.EPERM));
        List<Choice> choices = new ArrayList<>();
        given(ON_HOST)
                .split(
                        new BuiltWith(1, "x", true),
                        with -> with.split(
                                new BuiltWith(2, "y", true),
                                both -> choices.add(choice(passes, both)),
                                one -> choices.add(choice(passes, one))),
                        without -> choices.add(choice(passes, without)));

        assertThat(new Answer(choices, List.of(), List.of()).choices()).containsExactly(choice(passes, given(ON_HOST)));
        choices.set(1, choice(refuses, choices.get(1).given()));
        assertThat(new Answer(choices, List.of(), List.of()).choices()).containsExactlyInAnyOrderElementsOf(choices);
    }

    private static Choice choice(Decision decision, Conditions given) {
        return new Choice(decision, 1, given, SocketCookie.UNKNOWN);
    }

    @Test
    void differentProgramsAreBuiltIndependently() {
        assertThat(sides(given(new BuiltWith(109, "flag", true)), new BuiltWith(160, "flag", true)))
                .hasSize(2);
        assertThat(sides(given(new BuiltWith(109, "flag", true)), new BuiltWith(109, "other", true)))
                .hasSize(2);
    }
}
