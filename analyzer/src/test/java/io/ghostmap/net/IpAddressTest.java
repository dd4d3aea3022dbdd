package io.ghostmap.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class IpAddressTest {
    @ParameterizedTest
    @CsvSource({
        "172.16.149.220, 172.16.149.220",
        "2001:db8:0:0:0:0:0:1, 2001:db8::1",
        "::, ::",
        "::1, ::1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
        "fe80:0:0:0:1:0:0:0, fe80::1:0:0:0",
        "::ffff:10.0.0.1, ::ffff:a00:1",
        "1::, 1::"
    })
    void printsTheShortestForm(String text, String printed) {
        assertThat(IpAddress.parse(text)).map(IpAddress::toString).contains(printed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1.2.3",
                "1.2.3.4.5",
                "256.1.1.1",
                "1.2.3.-4",
                "1.2.3.4 ",
                "01.2.3.0004",
                ":::",
                "1::2::3",
                "12345::",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "::1%eth0",
                "localhost",
                "١.٢.٣.٤",
                "1.2.3.4:80"
            })
    void refusesWhatIsNotAnAddress(String text) {
        assertThat(IpAddress.parse(text)).isEmpty();
    }

    @Test
    void everyAddressReadsBackAndAgreesWithThePlatform() throws UnknownHostException {
        long seed = 20_261_123;
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
            for (int at = 0; at < bytes.length; at++) {
                bytes[at] = (byte) (random.nextInt(3) == 0 ? random.nextInt(256) : 0);
            }
            IpAddress address = IpAddress.of(bytes, 0, bytes.length);
            assertThat(IpAddress.parse(address.toString()))
                    .as("seed %d, case %d", seed, i)
                    .contains(address);
            if (bytes.length == 4) {
                assertThat(address).hasToString(InetAddress.getByAddress(bytes).getHostAddress());
            }
        }
    }

    /** The bits of both families, wherever a prefix or a word ends, against numbers of any size. */
    @Test
    void bitsAreThoseOfTheBytes() {
        long seed = 20_261_127;
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
            random.nextBytes(bytes);
            byte[] near = bytes.clone();
            near[random.nextInt(near.length)] ^= (byte) (random.nextInt(3) == 0 ? 0 : 1 << random.nextInt(8));
            int prefix = random.nextInt(bytes.length * 8 + 1);
            BigInteger number = new BigInteger(1, bytes);
            BigInteger other = new BigInteger(1, near);
            int rest = bytes.length * 8 - prefix;
            IpAddress address = IpAddress.of(bytes, 0, bytes.length);
            IpAddress neighbor = IpAddress.of(near, 0, near.length);
            String which = "seed " + seed + ", case " + i + ", " + address + " and " + neighbor + "/" + prefix;

            assertThat(address.toBytes()).as(which).isEqualTo(bytes);
            assertThat(new BigInteger(1, address.masked(prefix).toBytes()))
                    .as(which)
                    .isEqualTo(number.shiftRight(rest).shiftLeft(rest));
            assertThat(address.masked(prefix).equals(neighbor.masked(prefix)))
                    .as(which)
                    .isEqualTo(number.shiftRight(rest).equals(other.shiftRight(rest)));
            assertThat(Integer.signum(address.compareTo(neighbor))).as(which).isEqualTo(number.compareTo(other));
            assertThat(address.equals(neighbor)).as(which).isEqualTo(number.equals(other));
            assertThat(address.mapped().unmapped()).as(which).isEqualTo(address);
        }
        IpAddress v4 = IpAddress.parse("0.0.0.1").orElseThrow();
        IpAddress v6 = IpAddress.parse("::1").orElseThrow();
        assertThat(v4).isNotEqualTo(v6).isLessThan(v6);
        assertThat(v4.mapped()).hasToString("::ffff:0:1");
        assertThat(v6.unmapped()).isEqualTo(v6);
    }

    @Test
    void readsEndpointsOfBothFamilies() {
        assertThat(Endpoint.parse("10.0.0.1:80")).map(Endpoint::toString).contains("10.0.0.1:80");
        assertThat(Endpoint.parse("[2001:db8::1]:443")).map(Endpoint::toString).contains("[2001:db8::1]:443");
        assertThat(Endpoint.parse("2001:db8::1:443")).isEmpty();
        assertThat(Endpoint.parse("10.0.0.1:65536")).isEmpty();
        assertThat(Endpoint.parse("10.0.0.1:+80")).isEmpty();
    }
}
