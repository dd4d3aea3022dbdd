package io.ghostmap.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Small members are read on a second thread and digests taken on a third: nothing of it may show. */
class MemberWalkTest {
    private static final int LARGE = SmallMembers.LARGEST + 1;

    @Test
    void digestIsThatOfTheMemberWhateverItsSizeAndThePiecesItComesIn() throws Exception {
        Random random = new Random(20261128);
        byte[] all = new byte[3 << 20];
        random.nextBytes(all);
        int chunk = 256 << 10;
        StringBuilder sums = new StringBuilder();
        try (MemberWalk walk = new MemberWalk(Limits.DEFAULT, List.of(new Collecting()), true)) {
            int number = 0;
            for (int size : List.of(0, 1, 63, chunk - 1, chunk, chunk + 1, 4 * chunk, 5 * chunk + 7, all.length, 2)) {
                byte[] member = Arrays.copyOf(all, size);
                String name = "node/" + number++;
                sums.append(hex(member)).append("  ").append(name).append('\n');
                walk.member("b/" + name, new Pieces(member, random));
            }
            walk.member("b/SHA256SUMS", stream(sums.toString()));
            walk.member("b/manifest.json", stream("{}"));
            walk.finishReading();

            assertThat(walk.finish("b", java.util.Optional.empty()).gaps())
                    .noneMatch(gap -> gap.artifact().kind().isWithin(ArtifactKind.NODE));
        }
        assertThat(sums).hasLineCount(10);
    }

    @Test
    void sinksGetMembersInTheOrderOfTheWalkSmallOrLarge() throws IOException {
        Collecting sink = new Collecting();
        List<String> names = new ArrayList<>();
        try (MemberWalk walk = new MemberWalk(Limits.DEFAULT, List.of(sink), true)) {
            for (int i = 0; i < 300; i++) {
                int size = i % 50 == 49 ? LARGE : i;
                names.add("node/" + i + " " + size);
                walk.member("node/" + i, new ByteArrayInputStream(new byte[size]));
            }
            walk.finishReading();
        }
        assertThat(sink.read).isEqualTo(names);
    }

    @Test
    void independentMembersAreReadBesideTheOthers() throws Exception {
        CountDownLatch dumpWasRead = new CountDownLatch(1);
        MemberSink sink = new MemberSink() {
            @Override
            public boolean wants(Member member) {
                return true;
            }

            @Override
            public boolean isIndependent(Member member) {
                return member.path().equals("bpf/dump");
            }

            @Override
            public void read(Member member, InputStream in) throws IOException {
                if (isIndependent(member)) {
                    dumpWasRead.countDown();
                } else {
                    assertThat(awaited(dumpWasRead)).isTrue();
                }
            }
        };
        try (MemberWalk walk = new MemberWalk(Limits.DEFAULT, List.of(sink), true)) {
            walk.member("bpf/list", stream("read on the other thread"));
            walk.member("bpf/dump", stream("read meanwhile"));
            walk.finishReading();
        }
        assertThat(dumpWasRead.getCount()).isZero();
    }

    @Test
    void whatASinkFailsWithIsThrownAsItIs() {
        for (Throwable thrown :
                List.of(new IOException("stream"), new IllegalStateException("ours"), new StackOverflowError("x"))) {
            assertThatThrownBy(() -> {
                        try (MemberWalk walk = new MemberWalk(Limits.DEFAULT, List.of(new Failing(thrown)), true)) {
                            walk.member("node/a", stream("a"));
                            walk.member("node/b", stream("b"));
                            walk.finishReading();
                        }
                    })
                    .as("%s", thrown)
                    .isSameAs(thrown);
        }
    }

    private static boolean awaited(CountDownLatch latch) {
        try {
            return latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static String hex(byte[] bytes) {
        var digest = Sha256.newDigest();
        digest.update(bytes);
        return Sha256.hex(digest);
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private static final class Collecting implements MemberSink {
        private final List<String> read = new ArrayList<>();

        @Override
        public boolean wants(Member member) {
            return true;
        }

        @Override
        public void read(Member member, InputStream in) throws IOException {
            read.add(member.path() + " " + in.readAllBytes().length);
        }
    }

    private record Failing(Throwable thrown) implements MemberSink {
        @Override
        public boolean wants(Member member) {
            return true;
        }

        @Override
        public void read(Member member, InputStream in) throws IOException {
            if (thrown instanceof IOException failure) {
                throw failure;
            }
            if (thrown instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) thrown;
        }
    }

    /** A stream that gives as many bytes at once as it likes. */
    private static final class Pieces extends InputStream {
        private final byte[] bytes;
        private final Random random;
        private int at;

        Pieces(byte[] bytes, Random random) {
            this.bytes = bytes;
            this.random = random;
        }

        @Override
        public int read() {
            return at < bytes.length ? bytes[at++] & 0xff : -1;
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            if (at == bytes.length) {
                return -1;
            }
            int count = Math.min(Math.min(length, 1 + random.nextInt(100_000)), bytes.length - at);
            System.arraycopy(bytes, at, target, offset, count);
            Arrays.fill(target, offset + count, offset + length, (byte) 0x55);
            at += count;
            return count;
        }
    }
}
