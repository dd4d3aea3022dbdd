package io.ghostmap.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What {@code ghostmap-collect --dry-run} says that it would read. It runs nothing. */
public final class CollectorPlan {
    private CollectorPlan() {}

    /** One planned step. Ids that only a node can give are in angle brackets. */
    public record Step(String id, String file, String command) {}

    public static List<Step> steps() {
        try {
            Process process = new ProcessBuilder(
                            "/bin/sh",
                            Repository.root()
                                    .resolve("collector-script/ghostmap-collect")
                                    .toString(),
                            "--dry-run")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            process.getOutputStream().close();
            String plan = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException("the collector printed no plan");
            }
            return plan.lines().map(CollectorPlan::step).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static Step step(String line) {
        String[] columns = line.split(" +", 3);
        return new Step(columns[0], columns[1], columns[2]);
    }
}
