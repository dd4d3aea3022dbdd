package io.ghostmap.replay;

import io.ghostmap.net.Endpoint;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A connect on its way through a chain: one of the ways that it can have taken so far.
 *
 * @param at the destination that the next program sees; of a refused one, too: the kernel runs all programs
 * @param refusal why connect() will fail, whatever follows
 * @param unknown why nothing more can be said
 * @param rewrites what translating programs noted, in order
 * @param cookie what the slots chosen so far tell of the socket
 */
record Branch(
        Endpoint at,
        double share,
        List<String> conditions,
        Optional<Disposition.Refused> refusal,
        Optional<String> unknown,
        List<Rewrite> rewrites,
        SocketCookie cookie) {

    private static final String EPERM = "EPERM";
    private static final int MAX_COMPARED = 16;

    static Branch to(Endpoint destination) {
        return new Branch(
                destination, 1, List.of(), Optional.empty(), Optional.empty(), List.of(), SocketCookie.UNKNOWN);
    }

    /** Nothing more can be said of it. */
    Branch lost(String why) {
        return new Branch(at, share, conditions, refusal, Optional.of(why), rewrites, cookie);
    }

    /** Whether the choice changes nothing and tells nothing. */
    boolean isLeftBy(Translation.Choice choice) {
        boolean passes = choice.effect() instanceof Translation.Decision.Passes
                || choice.effect() instanceof Translation.Decision.FindsNothing;
        return passes
                && choice.share() == 1
                && choice.conditions().isEmpty()
                && choice.cookie().equals(cookie);
    }

    /** Whether it cannot be taken: what it is under has been denied on the way here. */
    boolean excludes(Translation.Choice choice) {
        return choice.conditions().size() + conditions.size() > 1 && Translation.contradict(and(choice.conditions()));
    }

    Branch then(Translation.Choice choice) {
        if (isLeftBy(choice)) {
            return this;
        }
        Endpoint next = at;
        Optional<Disposition.Refused> refused = refusal;
        Optional<String> lost = unknown;
        List<Rewrite> noted = rewrites;
        Translation.Decision effect = choice.effect();
        if (effect instanceof Translation.Decision.Rewrites rewrites) {
            next = rewrites.rewrite().backend();
            noted = new ArrayList<>(this.rewrites);
            noted.add(rewrites.rewrite());
        } else if (effect instanceof Translation.Decision.Refuses refuses) {
            refused = Optional.of(refused.map(first -> first.followedBy(refuses.errors()))
                    .orElse(new Disposition.Refused(refuses.reason(), refuses.errors())));
        } else if (effect instanceof Translation.Decision.Unknown why) {
            lost = lost.or(() -> Optional.of(why.reason()));
        }
        return new Branch(
                next,
                share * choice.share(),
                and(choice.conditions()),
                refused,
                lost,
                List.copyOf(noted),
                choice.cookie());
    }

    private List<String> and(List<String> further) {
        if (further.isEmpty()) {
            return conditions;
        }
        Set<String> given = new LinkedHashSet<>(conditions);
        given.addAll(further);
        return List.copyOf(given);
    }

    /** The kernel keeps an error that a program chose over the EPERM of one that chose none; of two, the later. */
    static List<String> errorsOf(List<String> first, List<String> later) {
        Set<String> errors = new LinkedHashSet<>();
        for (String error : later) {
            if (error.equals(EPERM)) {
                errors.addAll(first);
            } else {
                errors.add(error);
            }
        }
        return List.copyOf(errors);
    }

    Disposition disposition() {
        if (unknown.isPresent()) {
            return new Disposition.Unknown(unknown.get());
        }
        return refusal.isPresent() ? refusal.get() : new Disposition.Connects(at);
    }

    /** Whether each goes to an address of its own, as nearly always; of few ways only, since each is compared with each. */
    static boolean leadApart(List<Branch> branches) {
        boolean apart = branches.size() <= MAX_COMPARED;
        for (int i = 0; apart && i < branches.size(); i++) {
            Branch branch = branches.get(i);
            apart = branch.unknown.isEmpty() && branch.refusal.isEmpty();
            for (int j = 0; apart && j < i; j++) {
                apart = !branch.at.equals(branches.get(j).at);
            }
        }
        return apart;
    }

    /** Ways that nothing tells apart any more are one, with their shares added. */
    static List<Branch> merged(List<Branch> branches) {
        if (branches.size() == 1 || leadApart(branches)) {
            return List.copyOf(branches);
        }
        record Same(
                Endpoint at,
                List<String> conditions,
                Optional<Disposition.Refused> refusal,
                Optional<String> unknown,
                List<Rewrite> rewrites,
                SocketCookie cookie) {
            /** By the address alone, which nearly always tells them apart. */
            @Override
            public int hashCode() {
                return at.hashCode();
            }
        }
        Map<Same, Branch> distinct = new LinkedHashMap<>();
        for (Branch branch : branches) {
            distinct.merge(
                    new Same(
                            branch.at,
                            branch.conditions,
                            branch.refusal,
                            branch.unknown,
                            branch.rewrites,
                            branch.cookie),
                    branch,
                    (first, again) -> new Branch(
                            first.at,
                            first.share + again.share,
                            first.conditions,
                            first.refusal,
                            first.unknown,
                            first.rewrites,
                            first.cookie));
        }
        return List.copyOf(distinct.values());
    }
}
