package io.ghostmap.traffic;

import static io.ghostmap.support.Packets.ip;
import static io.ghostmap.support.Packets.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.support.Gaps;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PcapngTest {
    private static final int RAW = 101;
    private static final int SECTION = 0x0a0d0d0a;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private ByteOrder order = ByteOrder.LITTLE_ENDIAN;

    @Test
    void sectionsOfBothOrdersInterfacesAndAllPacketBlocks() {
        section(ByteOrder.LITTLE_ENDIAN);
        interfaceBlock(0, option(2, "lxc0".getBytes(StandardCharsets.UTF_8)), option(9, new byte[] {9}));
        block(0x0000_0bad, new byte[20]); // unknown
        enhanced(0, 1_795_000_000_000_000_001L, syn(1));
        simple(syn(2));
        section(ByteOrder.BIG_ENDIAN);
        byte[] offset =
                ByteBuffer.allocate(8).order(order).putLong(1_795_000_000L).array();
        interfaceBlock(0, option(9, new byte[] {(byte) 0x81}), option(14, offset));
        enhanced(0, 3, syn(3)); // half seconds since the offset
        obsolete(0, 4, syn(4));

        Traffic traffic = Captures.read(out.toByteArray());

        assertThat(traffic.gaps()).isEmpty();
        assertThat(traffic.syns()).isEqualTo(4);
        assertThat(traffic.captures().get(0).frames()).isEqualTo(4);
        List<ConnectionAttempt> attempts = traffic.destinations().get(0).attempts();
        assertThat(attempts)
                .extracting(ConnectionAttempt::firstNanos)
                .containsExactly(
                        1_795_000_000_000_000_001L,
                        1_795_000_000_000_000_001L,
                        1_795_000_001_500_000_000L,
                        1_795_000_002_000_000_000L);
        assertThat(attempts.get(0).paths()).containsExactly("lxc0");
    }

    @Test
    void statisticsOfTheInterfaceTellOfDrops() {
        section(ByteOrder.LITTLE_ENDIAN);
        interfaceBlock(0);
        enhanced(0, 1, syn(1));
        byte[] dropped = ByteBuffer.allocate(8).order(order).putLong(9).array();
        block(5, ints(0, 0, 0), option(5, dropped));

        assertThat(Captures.read(out.toByteArray()).captures().get(0).dropped()).hasValue(9);
    }

    @Test
    void cutAtEveryByteGivesWhatWasWholeAndNamesTheDamage() {
        section(ByteOrder.LITTLE_ENDIAN);
        interfaceBlock(0);
        int first = out.size();
        enhanced(0, 1, syn(1));
        int second = out.size();
        enhanced(0, 2, syn(2));
        byte[] whole = out.toByteArray();
        for (int length = 0; length < whole.length; length++) {
            Traffic traffic = Captures.read(Arrays.copyOf(whole, length));
            assertThat(traffic.syns()).as("cut at %d", length).isEqualTo(length < second ? 0 : 1);
            boolean betweenBlocks = length == 28 || length == first || length == second;
            assertThat(traffic.gaps()).as("cut at %d", length).hasSize(betweenBlocks ? 0 : 1);
        }
    }

    @Test
    void lengthsThatLieAreNamed() {
        section(ByteOrder.LITTLE_ENDIAN);
        interfaceBlock(0);
        block(6, ints(0, 0, 0, 0x7fff_ffff, 60), syn(1));
        assertThat(Gaps.reasons(Captures.read(out.toByteArray()).gaps()))
                .containsExactly("a packet longer than its block, behind frame 0");
    }

    @Test
    void packetOfAnInterfaceThatIsNotDescribed() {
        section(ByteOrder.LITTLE_ENDIAN);
        enhanced(3, 1, syn(1));
        assertThat(Gaps.reasons(Captures.read(out.toByteArray()).gaps()))
                .singleElement()
                .asString()
                .contains("does not describe");
    }

    private static byte[] syn(int sequence) {
        return ip("10.0.0.1", "10.0.0.2", 6, tcp(40_000, 80, 2, sequence, 0, 0));
    }

    private void section(ByteOrder of) {
        order = of;
        block(SECTION, ints(0x1a2b_3c4d, of == ByteOrder.LITTLE_ENDIAN ? 1 : 0x0001_0000, -1, -1));
    }

    private void interfaceBlock(int snapLength, byte[]... options) {
        ByteBuffer body = ByteBuffer.allocate(8).order(order);
        body.putShort((short) RAW).putShort((short) 0).putInt(snapLength);
        block(1, body.array(), options);
    }

    private void enhanced(int interfaceId, long units, byte[] packet) {
        block(6, ints(interfaceId, (int) (units >>> 32), (int) units, packet.length, packet.length), packet);
    }

    private void obsolete(int interfaceId, long units, byte[] packet) {
        ByteBuffer head = ByteBuffer.allocate(4).order(order).putShort((short) interfaceId);
        block(2, head.array(), ints((int) (units >>> 32), (int) units, packet.length, packet.length), packet);
    }

    private void simple(byte[] packet) {
        block(3, ints(packet.length), packet);
    }

    private byte[] option(int code, byte[] value) {
        ByteBuffer option = ByteBuffer.allocate(4 + (value.length + 3) / 4 * 4).order(order);
        return option.putShort((short) code)
                .putShort((short) value.length)
                .put(value)
                .array();
    }

    private byte[] ints(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(order);
        for (int value : values) {
            bytes.putInt(value);
        }
        return bytes.array();
    }

    private void block(int type, byte[] body, byte[]... more) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        content.writeBytes(body);
        for (byte[] part : more) {
            content.writeBytes(part);
        }
        content.writeBytes(new byte[(4 - content.size() % 4) % 4]);
        int length = content.size() + 12;
        out.writeBytes(ints(type, length));
        out.writeBytes(content.toByteArray());
        out.writeBytes(ints(length));
    }
}
