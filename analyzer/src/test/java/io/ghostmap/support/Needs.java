package io.ghostmap.support;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * What a test needs of its machine. On a laptop that lacks it the test is skipped with the reason; where
 * {@code GHOSTMAP_REQUIRE_LIVE} is set, as in CI, the lack fails the build.
 */
public final class Needs {
    private Needs() {}

    /** Commands on the PATH. */
    public static void tools(String... names) {
        List<String> missing = new ArrayList<>();
        for (String name : names) {
            if (!isOnPath(name)) {
                missing.add(name);
            }
        }
        if (!missing.isEmpty()) {
            lack("not installed: " + String.join(", ", missing));
        }
    }

    /** The privileges and tools of the lab, which it checks itself. */
    public static void lab() {
        Command check = Command.run(
                Repository.root(),
                Repository.root().resolve("sample-bundles/lab/lab").toString(),
                "check");
        if (check.exit() != 0) {
            lack("the lab cannot run here: "
                    + (check.out() + check.err()).strip().replace('\n', ';'));
        }
    }

    /** The right to make network namespaces and to capture in them. */
    public static void networkNamespaces() {
        tools("ip", "nft", "tcpdump", "dumpcap", "tshark", "gcc");
        String name = "gmneeds-" + ProcessHandle.current().pid();
        Command made = Command.run(Repository.root(), "ip", "netns", "add", name);
        if (made.exit() != 0) {
            lack("no network namespace can be made here: " + made.err().strip());
        }
        Command.run(Repository.root(), "ip", "netns", "delete", name);
    }

    private static void lack(String reason) {
        if ("1".equals(System.getenv("GHOSTMAP_REQUIRE_LIVE"))) {
            Assertions.fail("GHOSTMAP_REQUIRE_LIVE is set, and " + reason);
        }
        Assumptions.abort(reason);
    }

    private static boolean isOnPath(String name) {
        try {
            Process process = new ProcessBuilder("sh", "-c", "command -v \"$1\"", "sh", name)
                    .redirectErrorStream(true)
                    .start();
            process.getInputStream().readAllBytes();
            return process.waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
