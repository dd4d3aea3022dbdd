package io.ghostmap.diagnosis;

import static io.ghostmap.diagnosis.ConfiguredNode.healthy;
import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.support.TestNode;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SLB-36: data that goes from socket to socket. */
final class SocketRedirectionTest {
    private static final int MAP = 901;

    @TempDir
    private Path folder;

    private Diagnosed diagnose(TestNode node) throws UnreadableBundleException {
        return Diagnosed.of(node, folder);
    }

    @Test
    void programsWithASocketMapAreNamed() throws UnreadableBundleException {
        Diagnosed node = diagnose(healthy()
                .map(MAP, "sockhash", "cilium_sock_ops", 20, 4, "")
                .programOf("sock_ops", 701, "cil_sockops", MAP)
                .programOf("sk_msg", 702, "cil_redir_proxy", MAP));

        assertThat(node.rules()).containsExactly("SLB-36");
        assertThat(node.verdict()).isEqualTo(Verdict.Level.INFO);
        assertThat(node.findings().get(0).subjects())
                .containsExactly(new Subject.Program(701), new Subject.Program(702), new Subject.Map(MAP));
        assertThat(node.changes()).isEmpty();
    }

    /** Many set options of a connection and redirect nothing. */
    @Test
    void programWithoutASocketMapRedirectsNothing() throws UnreadableBundleException {
        Diagnosed node =
                diagnose(healthy().map(MAP, "hash", "rtt", 4, 4, "").programOf("sock_ops", 701, "tcp_tuner", MAP));

        assertThat(node.verdict()).isEqualTo(Verdict.Level.OK);
    }
}
