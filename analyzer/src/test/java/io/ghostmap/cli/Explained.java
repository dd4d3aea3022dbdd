package io.ghostmap.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What {@code ghostmap explain} prints, for tests of other rooms. */
public final class Explained {
    private Explained() {}

    public static String of(Path bundle, String address, String... options) {
        List<String> argv = new ArrayList<>(List.of("explain", bundle.toString(), address));
        argv.addAll(List.of(options));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = Main.run(new PrintWriter(out), new PrintWriter(err), argv.toArray(String[]::new));
        if (status != 0) {
            throw new AssertionError(err.toString());
        }
        return out.toString();
    }
}
