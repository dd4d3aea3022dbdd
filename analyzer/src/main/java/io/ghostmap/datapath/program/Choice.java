package io.ghostmap.datapath.program;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One thing that a program can do.
 *
 * @param share how likely it is among those under the same conditions, 0 to 1
 * @param given what it takes for given, with what the question took
 * @param cookie what is known of the socket's cookie once the program has chosen this
 */
public record Choice(Decision decision, double share, Conditions given, SocketCookie cookie) {
    /** So many alike are compared with each other: of more, none is likely to be the other side of another. */
    private static final int MAX_COMPARED = 16;

    /** The same, where one is done on both sides of a condition without that condition. */
    static List<Choice> simplified(List<Choice> choices) {
        boolean alike = true;
        for (int i = 1; alike && i < choices.size(); i++) {
            alike = choices.get(i).given.equals(choices.get(0).given);
        }
        if (alike) {
            return List.copyOf(choices);
        }
        record Same(Decision decision, double share, SocketCookie cookie) {}
        Map<Same, List<Conditions>> bySame = new LinkedHashMap<>();
        for (Choice choice : choices) {
            bySame.computeIfAbsent(new Same(choice.decision, choice.share, choice.cookie), same -> new ArrayList<>())
                    .add(choice.given);
        }
        if (bySame.size() == choices.size()) {
            return List.copyOf(choices);
        }
        List<Choice> simplified = new ArrayList<>();
        bySame.forEach((same, given) -> joined(given)
                .forEach(each -> simplified.add(new Choice(same.decision, same.share, each, same.cookie))));
        return List.copyOf(simplified.size() < choices.size() ? simplified : choices);
    }

    private static List<Conditions> joined(List<Conditions> given) {
        if (given.size() > MAX_COMPARED) {
            return given;
        }
        List<Conditions> joined = new ArrayList<>();
        for (Conditions each : given) {
            Conditions wider = each;
            for (int i = joined.size() - 1; i >= 0; i--) {
                Optional<Conditions> both = joined.get(i).or(wider);
                if (both.isPresent()) {
                    joined.remove(i);
                    wider = both.get();
                    i = joined.size();
                }
            }
            joined.add(wider);
        }
        return joined;
    }
}
