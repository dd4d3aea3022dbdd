package io.ghostmap.bundle;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** An unpacked bundle on disk, walked in the order of names. Links and special files are refused, as in an archive. */
final class FolderSource {
    private final Limits limits;
    private int seen;
    private long total;

    FolderSource(Limits limits) {
        this.limits = limits;
    }

    void walk(Path root, MemberWalk walk) throws IOException {
        walkFolder(root, "", 0, walk);
    }

    private void walkFolder(Path folder, String prefix, int depth, MemberWalk walk) throws IOException {
        if (depth > limits.depth()) {
            throw new LimitExceededException("a member is deeper than " + limits.depth() + " folders");
        }
        for (Path child : children(folder)) {
            if (++seen > limits.members()) {
                throw new LimitExceededException("it has more than " + limits.members() + " members");
            }
            String name = prefix + child.getFileName();
            if (Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
                walk.folder(name);
                walkFolder(child, name + "/", depth + 1, walk);
            } else if (Files.isRegularFile(child, LinkOption.NOFOLLOW_LINKS)) {
                checkSize(name, Files.size(child));
                try (InputStream in = FileStream.open(child, LinkOption.NOFOLLOW_LINKS)) {
                    walk.member(name, in);
                }
            } else {
                throw new LimitExceededException("the member " + Printable.of(name)
                        + " is not a regular file or folder; links, devices and sockets are refused");
            }
        }
    }

    /** By what the file system says, before anything of it is read: a sparse file can be larger than any disk. */
    private void checkSize(String name, long size) throws LimitExceededException {
        if (size > limits.memberBytes()) {
            throw new LimitExceededException("the member " + Printable.of(name) + " has " + size + " bytes, at most "
                    + limits.memberBytes() + " are read");
        }
        total += size;
        if (total > limits.totalBytes()) {
            throw new LimitExceededException("its members together pass " + limits.totalBytes() + " bytes");
        }
    }

    private List<Path> children(Path folder) throws IOException {
        try (Stream<Path> children = Files.list(folder)) {
            return children.limit(limits.members() + 1L).sorted().toList(); // one more than is read is refused
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
