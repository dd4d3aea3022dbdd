package io.ghostmap.datapath.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.RepeatedTest;

/** What choices tell of a cookie, against all cookies that would have made them. */
final class SocketCookieTest {
    private static final int MAX_BACKENDS = 9;
    private static final int PROGRAMS = 4;

    @RepeatedTest(20)
    void whatIsLeftToChooseIsWhatSomeCookieChooses() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Long> cookies = LongStream.range(0, 3 * 2520).boxed().toList(); // 2520: all up to ten divide it
        SocketCookie known = SocketCookie.UNKNOWN;
        for (int program = 0; program < PROGRAMS; program++) {
            int count = 1 + random.nextInt(MAX_BACKENDS);
            List<Long> like = cookies;
            List<Integer> chosen = IntStream.rangeClosed(1, count)
                    .filter(slot -> like.stream().anyMatch(cookie -> cookie % count + 1 == slot))
                    .boxed()
                    .toList();
            SocketCookie before = known;
            assertThat(IntStream.rangeClosed(1, count).filter(slot -> before.chooses(slot, count)))
                    .as("seed %d, program %d, %s of %d", seed, program, before, count)
                    .containsExactlyElementsOf(chosen)
                    .hasSize(before.choices(count));
            int slot = chosen.get(random.nextInt(chosen.size()));
            cookies = cookies.stream()
                    .filter(cookie -> cookie % count + 1 == slot)
                    .toList();
            known = known.choosing(slot, count);
        }
    }
}
