package io.ghostmap.replay;

import io.ghostmap.datapath.program.Answer;
import io.ghostmap.datapath.program.Choice;
import io.ghostmap.datapath.program.Conditions;
import io.ghostmap.datapath.program.Decision;
import io.ghostmap.datapath.program.Errno;
import io.ghostmap.datapath.program.Rewrite;
import io.ghostmap.datapath.program.SocketCookie;
import io.ghostmap.net.Endpoint;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A connection on its way through a chain: one of the paths that it can have taken so far.
 *
 * @param at the destination that the next program sees, also of a refused connection: the kernel runs all programs
 * @param given the conditions under which it gets here
 * @param refusal why connect() will fail, whatever follows
 * @param unknown why nothing more can be said
 * @param rewrites the notes of the programs that translated it, in order
 * @param cookie what the slots chosen so far show of the socket
 */
record Branch(
        Endpoint at,
        double share,
        Conditions given,
        Optional<Disposition.Refused> refusal,
        Optional<Text> unknown,
        List<Rewrite> rewrites,
        SocketCookie cookie) {

    private static final int MAX_COMPARED = 16;

    static Branch to(Endpoint destination, Conditions known) {
        return new Branch(destination, 1, known, Optional.empty(), Optional.empty(), List.of(), SocketCookie.UNKNOWN);
    }

    /** Its further path is not known. */
    Branch lost(Text why) {
        return new Branch(at, share, given, refusal, Optional.of(why), rewrites, cookie);
    }

    /** The kernel sends no datagram to port 0 ({@code udp_sendmsg}), which a program can have put there. */
    Branch unlessSentNowhere() {
        return refusal.isPresent() || unknown.isPresent() || at.port() != 0
                ? this
                : new Branch(
                        at,
                        share,
                        given,
                        Optional.of(new Disposition.Refused(
                                Text.of("the kernel sends no datagram to {}", Term.endpoint(at)),
                                List.of(Errno.EINVAL))),
                        unknown,
                        rewrites,
                        cookie);
    }

    /** Whether the program changes nothing and shows nothing. */
    boolean isLeftBy(Answer answer) {
        return answer.choices().isEmpty()
                || (answer.choices().size() == 1 && isLeftBy(answer.choices().get(0)));
    }

    private boolean isLeftBy(Choice choice) {
        return choice.decision() instanceof Decision.Passes
                && choice.share() == 1
                && choice.given().equals(given)
                && choice.cookie().equals(cookie);
    }

    /** What the program's answer makes of it: one branch for each possible choice. */
    List<Branch> then(Answer answer) {
        List<Choice> choices = answer.choices();
        if (choices.isEmpty()) {
            return List.of(this);
        }
        if (choices.size() == 1) {
            return List.of(then(choices.get(0)));
        }
        List<Branch> branches = new ArrayList<>(choices.size());
        for (Choice choice : choices) {
            branches.add(then(choice));
        }
        return branches;
    }

    private Branch then(Choice choice) {
        if (isLeftBy(choice)) {
            return this;
        }
        Endpoint next = at;
        Optional<Disposition.Refused> refused = refusal;
        Optional<Text> lost = unknown;
        List<Rewrite> noted = rewrites;
        Decision decision = choice.decision();
        if (decision instanceof Decision.Rewrites rewrites) {
            next = rewrites.rewrite().backend();
            noted = new ArrayList<>(this.rewrites);
            noted.add(rewrites.rewrite());
        } else if (decision instanceof Decision.Refuses refuses) {
            refused = Optional.of(refused.map(first -> first.followedBy(refuses.errors()))
                    .orElse(new Disposition.Refused(refuses.reason(), refuses.errors())));
        } else if (decision instanceof Decision.Unknown why) {
            lost = lost.or(() -> Optional.of(why.reason()));
        }
        return new Branch(
                next, share * choice.share(), choice.given(), refused, lost, List.copyOf(noted), choice.cookie());
    }

    /** The kernel keeps an error that a program chose over the EPERM of one that chose none; of two, the later. */
    static List<Errno> errorsOf(List<Errno> first, List<Errno> later) {
        Set<Errno> errors = new LinkedHashSet<>();
        for (Errno error : later) {
            if (error == Errno.EPERM) {
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

    /** Whether each goes to another address, as nearly always. Only for a few: each is compared with each. */
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

    /** Merges branches that no longer differ, and adds their shares. */
    static List<Branch> merged(List<Branch> branches) {
        if (branches.size() == 1 || leadApart(branches)) {
            return List.copyOf(branches);
        }
        record Same(
                Endpoint at,
                Conditions given,
                Optional<Disposition.Refused> refusal,
                Optional<Text> unknown,
                List<Rewrite> rewrites,
                SocketCookie cookie) {
            /** Only the address is hashed: nearly all differ in it. */
            @Override
            public int hashCode() {
                return at.hashCode();
            }
        }
        Map<Same, Branch> distinct = new LinkedHashMap<>();
        for (Branch branch : branches) {
            distinct.merge(
                    new Same(branch.at, branch.given, branch.refusal, branch.unknown, branch.rewrites, branch.cookie),
                    branch,
                    (first, again) -> new Branch(
                            first.at,
                            first.share + again.share,
                            first.given,
                            first.refusal,
                            first.unknown,
                            first.rewrites,
                            first.cookie));
        }
        return List.copyOf(distinct.values());
    }
}
