package io.ghostmap.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.support.Command;
import io.ghostmap.support.Needs;
import io.ghostmap.support.Repository;
import io.ghostmap.support.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Runs the tests of the collector and of the lab, which are shell scripts of their own. */
@Order(1)
@Execution(ExecutionMode.CONCURRENT)
final class ShellScriptsTest {
    private static final String COLLECTOR_TESTS = "collector-script/tests/run";
    private static final String FAULTS = "faults";

    @Test
    @ResourceLock(Shared.BPF)
    @ResourceLock(value = Shared.NAMESPACES, mode = ResourceAccessMode.READ)
    void collectorOnNodesWithPrograms() throws IOException {
        needCollectorTools();
        pass(COLLECTOR_TESTS, groups().filter(group -> !group.equals(FAULTS)).toArray(String[]::new));
    }

    /** These load no program. What they find of others' is only more to collect. */
    @Test
    @ResourceLock(value = Shared.NAMESPACES, mode = ResourceAccessMode.READ)
    void collectorWhenToolsFail() {
        needCollectorTools();
        pass(COLLECTOR_TESTS, FAULTS);
    }

    @Test
    @ResourceLock(Shared.BPF)
    @ResourceLock(Shared.NAMESPACES)
    void labLeavesNothingBehind() {
        Needs.lab();
        pass("sample-bundles/lab/tests/leaves-nothing");
    }

    @Test
    @ResourceLock(Shared.BPF)
    void everyScenarioOfTheLabCapturesWhatItPromises() {
        Needs.lab();
        pass("sample-bundles/lab/tests/scenarios");
    }

    /** What the script runs when it is not asked for some: a group that is new there is run here too. */
    private static Stream<String> groups() throws IOException {
        Matcher list = Pattern.compile("(?m)^groups=\" \\$\\{\\*:-(.*)} \"$")
                .matcher(Files.readString(Repository.root().resolve(COLLECTOR_TESTS)));
        assertThat(list.find()).isTrue();
        assertThat(list.group(1).split(" ")).contains(FAULTS, "live");
        return Stream.of(list.group(1).split(" "));
    }

    private static void needCollectorTools() {
        Needs.tools("shellcheck", "dash", "busybox", "bash", "bpftool", "tcpdump", "clang");
        Needs.lab();
    }

    private static void pass(String script, String... arguments) {
        List<String> argv = Stream.concat(
                        Stream.of(Repository.root().resolve(script).toString()), Stream.of(arguments))
                .toList();
        Command command = Command.run(Repository.root(), argv);
        assertThat(command.exit())
                .as("%s%n%s%n%s", argv, command.out(), command.err())
                .isZero();
    }
}
