package io.ghostmap.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.support.Command;
import io.ghostmap.support.Needs;
import io.ghostmap.support.Repository;
import org.junit.jupiter.api.Test;

/** Runs the tests of the collector and of the lab, which are shell scripts of their own. */
final class ShellScriptsTest {
    @Test
    void collector() {
        Needs.tools("shellcheck", "dash", "busybox", "bash", "bpftool", "tcpdump", "clang");
        Needs.lab();
        pass("collector-script/tests/run");
    }

    @Test
    void labLeavesNothingBehind() {
        Needs.lab();
        pass("sample-bundles/lab/tests/leaves-nothing");
    }

    @Test
    void everyScenarioOfTheLabCapturesWhatItPromises() {
        Needs.lab();
        pass("sample-bundles/lab/tests/scenarios");
    }

    private static void pass(String script) {
        Command command =
                Command.run(Repository.root(), Repository.root().resolve(script).toString());
        assertThat(command.exit())
                .as("%s%n%s%n%s", script, command.out(), command.err())
                .isZero();
    }
}
