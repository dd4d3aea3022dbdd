package io.ghostmap.evidence;

import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Plain facts about the node; a text is empty if it was not captured.
 *
 * @param bpffsMounts where a bpffs is mounted, according to the node's mount table
 */
public record NodeFacts(
        String kernel,
        String operatingSystem,
        String bootId,
        String bpftool,
        OptionalLong uptimeSeconds,
        List<String> bpffsMounts) {

    /** {@code uname -a}: the release is the third word. */
    private static final Pattern RELEASE = Pattern.compile("\\S+ \\S+ (\\d{1,4})\\.(\\d{1,4})\\b.*");

    /** Whether the kernel is surely older than that release; false also if it is not known. */
    public boolean isKernelBefore(int major, int minor) {
        Matcher release = RELEASE.matcher(kernel);
        if (!release.matches()) {
            return false;
        }
        int order = Integer.compare(Integer.parseInt(release.group(1)), major);
        return order < 0 || (order == 0 && Integer.parseInt(release.group(2)) < minor);
    }
}
