package io.ghostmap.traffic;

import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What tcpdump wrote on stderr when it ended; empty values where it was killed or its words are others. */
public record CaptureCounters(OptionalLong captured, OptionalLong received, OptionalLong droppedByKernel) {
    private static final Pattern LINE =
            Pattern.compile("(\\d{1,18}) packets? (captured|received by filter|dropped by kernel)");

    static final CaptureCounters NONE =
            new CaptureCounters(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty());

    static CaptureCounters parse(List<String> lines) {
        OptionalLong captured = OptionalLong.empty();
        OptionalLong received = OptionalLong.empty();
        OptionalLong dropped = OptionalLong.empty();
        for (String line : lines) {
            Matcher matcher = LINE.matcher(line);
            if (!matcher.find()) {
                continue;
            }
            OptionalLong count = OptionalLong.of(Long.parseLong(matcher.group(1)));
            switch (matcher.group(2)) {
                case "captured" -> captured = count;
                case "received by filter" -> received = count;
                default -> dropped = count;
            }
        }
        return new CaptureCounters(captured, received, dropped);
    }
}
