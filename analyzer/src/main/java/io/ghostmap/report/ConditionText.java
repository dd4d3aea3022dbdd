package io.ghostmap.report;

import io.ghostmap.datapath.program.Condition;
import io.ghostmap.datapath.program.Condition.Fact;
import io.ghostmap.datapath.program.Condition.Not;
import io.ghostmap.datapath.program.Release;
import io.ghostmap.text.Term;
import io.ghostmap.text.Term.IdKind;
import io.ghostmap.text.Text;
import java.util.Collection;
import java.util.List;

/** The words for what an outcome takes for given. */
final class ConditionText {
    private ConditionText() {}

    /** Plain, one for each condition. */
    static List<String> of(List<Condition> conditions) {
        return conditions.stream().map(condition -> of(condition).plain()).toList();
    }

    /** {@code a, and b}. */
    static Text and(List<Condition> conditions) {
        return Text.join(", and ", conditions.stream().map(ConditionText::of).toList());
    }

    static Text of(Condition condition) {
        return condition instanceof Not not ? of(not.fact(), false) : of((Fact) condition, true);
    }

    private static Text of(Fact fact, boolean so) {
        if (fact instanceof Condition.ClientOnHost) {
            return so
                    ? Text.of("the client is in the node's own network namespace")
                    : Text.of("the client is in a pod's network namespace");
        }
        if (fact instanceof Condition.ClientInNamespace client) {
            return namespace(client.cookies(), so);
        }
        if (fact instanceof Condition.ClientIsBackend client) {
            return so
                    ? Text.of(
                            "the client is itself {}, the chosen backend of the local redirect policy",
                            Term.endpoint(client.backend()))
                    : Text.of(
                            "the client is not itself {}, the chosen backend of the local redirect policy",
                            Term.endpoint(client.backend()));
        }
        if (fact instanceof Condition.ExemptFromRedirect exempt) {
            return so
                    ? Text.of(
                            "the client is exempt from the local redirect policy for {}",
                            Term.endpoint(exempt.service()))
                    : Text.of(
                            "the client is not exempt from the local redirect policy for {}",
                            Term.endpoint(exempt.service()));
        }
        if (fact instanceof Condition.SessionAlive alive) {
            return session(alive.sessions().keySet(), so);
        }
        if (fact instanceof Condition.AddressOfNode address) {
            return address(address, so);
        }
        if (fact instanceof Condition.BuiltWith built && so && !built.asNow()) {
            return Text.of("program {} was built with {}", Term.program(built.program()), Term.option(built.option()));
        }
        if (fact instanceof Condition.BuiltWith built) {
            return so
                    ? Text.of(
                            "program {} was built with {}, as the agent runs now",
                            Term.program(built.program()),
                            Term.option(built.option()))
                    : Text.of(
                            "program {} was built without {}",
                            Term.program(built.program()),
                            Term.option(built.option()));
        }
        Condition.OfRelease of = (Condition.OfRelease) fact;
        return so
                ? Text.of("program {} is of {}", Term.program(of.program()), releases(of.releases()))
                : Text.of("program {} is not of {}", Term.program(of.program()), releases(of.releases()));
    }

    private static Text cookies(Collection<Long> cookies) {
        return Text.few(cookies.stream()
                .map(cookie -> Term.id(IdKind.NETNS_COOKIE, cookie))
                .toList());
    }

    private static Text namespace(Collection<Long> cookies, boolean so) {
        Text named = cookies(cookies);
        if (cookies.size() == 1) {
            return so
                    ? Text.of("the client is in the network namespace with cookie {}", named)
                    : Text.of("the client is not in the network namespace with cookie {}", named);
        }
        return so
                ? Text.of("the client is in one of the network namespaces with cookies {}", named)
                : Text.of("the client is in none of the network namespaces with cookies {}", named);
    }

    private static Text session(Collection<Long> cookies, boolean so) {
        Text named = cookies(cookies);
        if (cookies.size() == 1) {
            return so
                    ? Text.of(
                            "the session of the network namespace with cookie {} has not run out, and is the client's",
                            named)
                    : Text.of(
                            "the client has no session that still counts: that of the network namespace with cookie {}"
                                    + " is not its own, or has run out",
                            named);
        }
        return so
                ? Text.of(
                        "one of the sessions of the network namespaces with cookies {} has not run out, and is the"
                                + " client's",
                        named)
                : Text.of(
                        "the client has no session that still counts: those of the network namespaces with cookies {}"
                                + " are not its own, or have run out",
                        named);
    }

    private static Text address(Condition.AddressOfNode condition, boolean so) {
        Term address = Term.address(condition.address());
        if (condition.orOfAnother()) {
            return so
                    ? Text.of("{} is an address of this node or of another", address)
                    : Text.of("{} is not an address of this node or of another", address);
        }
        return so
                ? Text.of("{} is an address of this node", address)
                : Text.of("{} is not an address of this node", address);
    }

    private static Text releases(List<Release> releases) {
        return Text.of(
                "{} {}",
                Term.word(releases.get(0).product()),
                Text.join(
                        " or ",
                        releases.stream()
                                .map(release -> Term.version(release.versions()))
                                .toList()));
    }
}
