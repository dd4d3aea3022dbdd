package io.ghostmap.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every capture of the corpus cut anywhere and changed anywhere. {@code mvn verify} takes a few with a fixed seed; the
 * nightly form, which {@code analyzer/src/test/README.md} names, takes as many as {@code -Dghostmap.mutations} says.
 */
final class HostileCapturesTest {
    private static final int CUT_AT_EVERY_BYTE_OF = 4_096;
    private static final int CUT_AT_RANDOM = 1_000;
    private static final int MUTATIONS = Integer.getInteger("ghostmap.mutations", 4_800);
    private static final boolean NIGHTLY = MUTATIONS >= 100_000;
    private static final long SEED = Long.getLong("ghostmap.seed", 20_261_123);

    @ParameterizedTest
    @EnumSource
    void cutAnywhereGivesThePartThatWasWhole(CaptureCorpus of) {
        byte[] whole = of.bytes();
        long all = HostileRun.of(whole).syns();
        long before = 0;
        // A prime step keeps the short form to a fraction of the bytes and still meets every residue of a record.
        for (int length = 0; length < Math.min(whole.length, CUT_AT_EVERY_BYTE_OF); length += NIGHTLY ? 1 : 7) {
            long syns = HostileRun.of(Arrays.copyOf(whole, length)).syns();
            assertThat(syns).as("cut at %d", length).isBetween(before, all);
            before = syns;
        }
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < (NIGHTLY ? CUT_AT_RANDOM : CUT_AT_RANDOM / 10); i++) {
            int length = random.nextInt(whole.length);
            assertThat(HostileRun.of(Arrays.copyOf(whole, length)).syns())
                    .as("cut at %d", length)
                    .isLessThanOrEqualTo(all);
        }
    }

    @ParameterizedTest
    @EnumSource
    void changedAnywhereGivesAResultOrAReason(CaptureCorpus of) {
        byte[] whole = of.bytes();
        SplittableRandom random = new SplittableRandom(SEED + of.name().hashCode());
        int mutations = MUTATIONS / CaptureCorpus.values().length + 1;
        for (int i = 0; i < mutations; i++) {
            byte[] bytes = mutated(whole, random);
            try {
                HostileRun.of(bytes);
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + SEED + ", " + of + ", mutation " + i, e);
            }
        }
    }

    /** Bytes and words flipped, mostly near the start and near one place, where headers are; now and then a part goes. */
    private static byte[] mutated(byte[] whole, SplittableRandom random) {
        byte[] bytes = whole.clone();
        int near = random.nextInt(bytes.length);
        for (int flips = 1 + random.nextInt(8); flips > 0; flips--) {
            int at = switch (random.nextInt(3)) {
                case 0 -> random.nextInt(Math.min(bytes.length, 120));
                case 1 -> Math.min(bytes.length - 1, near + random.nextInt(48));
                default -> random.nextInt(bytes.length);
            };
            int value = switch (random.nextInt(4)) {
                case 0 -> 0;
                case 1 -> 0xff;
                case 2 -> 0x7f;
                default -> random.nextInt(256);
            };
            int run = random.nextInt(4) == 0 ? 4 : 1;
            for (int i = at; i < Math.min(bytes.length, at + run); i++) {
                bytes[i] = (byte) value;
            }
        }
        if (random.nextInt(8) == 0) {
            int from = random.nextInt(bytes.length);
            int behind = Math.min(bytes.length, from + 1 + random.nextInt(64));
            byte[] shorter = Arrays.copyOf(bytes, bytes.length - (behind - from));
            System.arraycopy(bytes, behind, shorter, from, bytes.length - behind);
            return shorter;
        }
        return bytes;
    }
}
