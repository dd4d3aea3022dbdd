package io.ghostmap.evidence.kubeproxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class NatRulesTest {
    private static final String IPTABLES = """
            *filter
            [5:300] -A FORWARD -d 172.17.93.4/32 -p tcp -m tcp --dport 8080 -j KUBE-SEP-A
            COMMIT
            *nat
            :KUBE-SERVICES - [0:0]
            [900:54000] -A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
            [37:2220] -A KUBE-SERVICES -d 172.17.93.4/32 -p tcp -m comment --comment "shop/cart:http cluster IP" -m tcp --dport 8080 -j KUBE-SVC-X
            [37:2220] -A KUBE-SVC-X -m comment --comment "shop/cart:http -> 172.16.31.99:8080" -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-A
            [4:240] -A KUBE-SVC-X -m comment --comment "a \\"quoted\\" -j DNAT --to-destination 10.9.9.9:9" -j KUBE-SEP-B
            [37:2220] -A KUBE-SEP-A -p tcp -m tcp -j DNAT --to-destination 172.16.31.99:8080
            -A KUBE-SEP-B -p tcp -m tcp -j DNAT --to-destination 172.16.31.98
            [1:60] -A CUSTOM -d 192.0.2.1/32 -p udp -m udp --dport 53 -j DNAT --to-destination 10.0.0.2:5353
            [1:60] -A CUSTOM -d 192.0.2.0/24 -p udp -m udp --dport 53 -j DNAT --to-destination 10.0.0.3:5353
            COMMIT
            """;

    @Test
    void iptablesJumpsAreFollowedFromTheServiceToItsBackends() {
        List<NatRule> rules = IptablesText.rules(IPTABLES.lines().toList(), "net/iptables.txt");

        assertThat(rules)
                .extracting(rule -> rule.frontend() + " " + rule.protocol() + " " + rule.backend() + " " + rule.chain()
                        + " " + rule.packets().orElse(-1) + " " + rule.owner())
                .containsExactly(
                        "172.17.93.4:8080 TCP 172.16.31.99:8080 KUBE-SEP-A 37 KUBE_PROXY",
                        "172.17.93.4:8080 TCP 172.16.31.98:8080 KUBE-SEP-B -1 KUBE_PROXY",
                        "192.0.2.1:53 UDP 10.0.0.2:5353 CUSTOM 1 OTHER");
        assertThat(rules.get(0).source().locator()).isEqualTo("line 10");
    }

    @Test
    void chainsThatJumpInCirclesEnd() {
        List<String> lines = """
                *nat
                -A A -d 10.0.0.1/32 -p tcp --dport 80 -j B
                -A B -j C
                -A C -j B
                -A C -p tcp -j DNAT --to-destination 10.0.0.2:80
                """.lines().toList();

        assertThat(IptablesText.rules(lines, "f")).hasSize(1);
    }

    @Test
    void nftablesModeLooksServicesUpInAMap() {
        List<String> lines = """
                table ip kube-proxy {
                	map service-ips {
                		type ipv4_addr . inet_proto . inet_service : verdict
                		elements = { 172.17.93.4 . tcp . 8080 : goto service-X7-shop/cart/tcp/http,
                			     172.17.0.10 . udp . 53 comment "dns" : goto service-Y8-kube-system/dns/udp/dns }
                	}
                	chain service-X7-shop/cart/tcp/http {
                		ip daddr 172.17.93.4 tcp dport 8080 ip saddr != 10.0.0.0/8 jump mark-for-masquerade
                		numgen random mod 1 vmap { 0 : goto endpoint-Z9-shop/cart/tcp/http__172.16.31.99/8080 }
                	}
                	chain endpoint-Z9-shop/cart/tcp/http__172.16.31.99/8080 {
                		meta l4proto tcp counter packets 7 bytes 420 dnat to 172.16.31.99:8080
                	}
                }
                """.lines().toList();

        assertThat(NftText.rules(lines, "net/nft.txt"))
                .extracting(rule -> rule.frontend() + " " + rule.backend() + " " + rule.packets())
                .containsExactly("172.17.93.4:8080 172.16.31.99:8080 OptionalLong[7]");
    }

    @Test
    void rulesOfIptablesNftAreReadAsWell() {
        List<String> lines = """
                table ip nat {
                	chain KUBE-SERVICES {
                		meta l4proto tcp ip daddr 172.17.93.4  tcp dport 8080 counter packets 37 bytes 2220 jump KUBE-SVC-X
                	}
                	chain KUBE-SVC-X {
                		counter packets 37 bytes 2220 jump KUBE-SEP-A
                	}
                	chain KUBE-SEP-A {
                		meta l4proto tcp   counter packets 37 bytes 2220 dnat to 172.16.31.99:8080
                	}
                }
                """.lines().toList();

        assertThat(NftText.rules(lines, "net/nft.txt"))
                .extracting(rule -> rule.chain() + " " + rule.backend())
                .containsExactly("KUBE-SEP-A 172.16.31.99:8080");
    }

    @Test
    void ipvsAddressesAreHexadecimal() {
        List<String> lines = """
                IP Virtual Server version 1.2.1 (size=4096)
                Prot LocalAddress:Port Scheduler Flags
                  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
                TCP  0A030001:01BB rr
                  -> 0A000828:192B      Masq    1      0          0
                UDP  [fd00:0000:0000:0000:0000:0000:0000:000a]:0035 rr
                  -> [fd00:0000:0000:0000:0000:0000:0001:0001]:0035      Masq    1      0          0
                """.lines().toList();

        assertThat(IpvsText.rules(lines, "net/ip_vs"))
                .extracting(rule -> rule.frontend() + "/" + rule.protocol() + " " + rule.backend())
                .containsExactly("10.3.0.1:443/TCP 10.0.8.40:6443", "[fd00::a]:53/UDP [fd00::1:1]:53");
    }

    /** Texts that break off or hold anything else are read as far as they say something. */
    @Test
    void damagedTextsAreReadWithoutFailing() {
        long seed = 20261130;
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            StringBuilder text = new StringBuilder(IPTABLES.substring(0, random.nextInt(IPTABLES.length())));
            for (int j = 0; j < 5 && !text.isEmpty(); j++) {
                text.setCharAt(random.nextInt(text.length()), (char) random.nextInt(128));
            }
            List<String> lines = text.toString().lines().toList();
            assertThat(IptablesText.rules(lines, "f")).as("seed %d", seed).hasSizeLessThanOrEqualTo(3);
            assertThat(NftText.rules(lines, "f")).as("seed %d", seed).isEmpty();
            assertThat(IpvsText.rules(lines, "f")).as("seed %d", seed).isEmpty();
        }
    }
}
