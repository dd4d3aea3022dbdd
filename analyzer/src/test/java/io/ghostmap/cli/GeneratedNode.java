package io.ghostmap.cli;

import io.ghostmap.evidence.AttachType;
import io.ghostmap.net.Endpoint;
import io.ghostmap.support.Addresses;
import io.ghostmap.support.Command;
import io.ghostmap.support.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A node made up from a random source: generations of maps, chains of programs attached at up to three levels of cgroups
 * in any way that the kernel knows, and connects from those cgroups. {@link #run} lets the lab build it on this kernel,
 * capture it, and dial.
 */
final class GeneratedNode {
    /** What the lab mounts as the root of its own part of the hierarchy. */
    static final String CGROUP_ROOT = "/sys/fs/cgroup";

    private static final int GENERATIONS = 15;
    private static final List<Integer> RELEASES = List.of(112, 116, 117, 118, 120);
    private static final List<String> FORWARD = List.of("connect4", "connect6", "sendmsg4", "sendmsg6");
    private static final List<String> BINDING = List.of("post_bind4", "post_bind6");
    private static final List<String> BACKWARD = List.of("getpeername4", "getpeername6", "recvmsg4", "recvmsg6");
    private static final int OVERRIDE = 1;
    private static final int MULTI = 2;
    private static final int BEFORE = 8;
    private static final int PREORDER = 64;

    /** The cgroup with the current generation's programs alone. */
    static final String YARD = "yard";

    /** So often that a choice of one in five is missed once in 10^9 runs. */
    static final int REPEATS = 96;

    private final Random random;
    private final List<GeneratedGeneration> generations = new ArrayList<>();
    private final List<String> joins = new ArrayList<>();
    private final List<String> mixes = new ArrayList<>();
    private final List<String> cgroups = new ArrayList<>();
    private final List<String> attachments = new ArrayList<>();
    private final List<Dial> dials = new ArrayList<>();

    /** One connect or datagram; {@code kind} and the rest as the lab's {@code control/dial.c} takes them. */
    record Dial(int id, String cgroup, String kind, Endpoint to, boolean fromHost) {
        boolean stream() {
            return kind.startsWith("tcp");
        }

        /** To an IPv4 address, from a socket of IPv6. */
        boolean mapped() {
            return kind.endsWith("6") && to.address().isV4();
        }

        String directory() {
            return CGROUP_ROOT + "/" + cgroup;
        }
    }

    /**
     * What the kernel made of a dial.
     *
     * @param went where it was sent, or the error
     * @param peer whom getpeername names; empty if it was not connected
     * @param sender whom recvmsg names as the sender of the answer; empty if there was none, and for streams
     */
    record Dialed(String went, String peer, String sender) {
        String name(AttachType asked) {
            return asked == AttachType.GETPEERNAME4 || asked == AttachType.GETPEERNAME6 ? peer : sender;
        }
    }

    /**
     * What came of a run.
     *
     * @param bundle the captured state
     * @param attached for each attachment whether the kernel took it
     * @param dialed by the dial's id
     * @param hostCookie of the network namespace that the programs take for the node's
     */
    record Run(Path bundle, List<String> attached, Map<Integer, Dialed> dialed, long hostCookie, long podCookie) {}

    GeneratedNode(long seed, int chains) {
        random = new Random(seed);
        for (int i = 0; i < GENERATIONS; i++) {
            generations.add(GeneratedGeneration.of(random, RELEASES.get(i % RELEASES.size()), i < RELEASES.size()));
        }
        for (int i = 0; i < GENERATIONS / 4; i++) {
            int other = random.nextInt(GENERATIONS);
            joins.add(
                    "j%02d g%02d %s".formatted(i, other, generations.get(other).object()));
        }
        for (int i = 0; i < GENERATIONS; i++) {
            mixes.add("m%02d g%02d g%02d %s"
                    .formatted(i, i, (i + 1) % GENERATIONS, generations.get(i).object()));
        }
        for (int i = 0; i < chains; i++) {
            chain(i);
        }
        yard();
    }

    /** The current generation alone, asked for what others were asked for: what should be. */
    private void yard() {
        cgroups.add(YARD);
        for (String hook : FORWARD) {
            attachments.add("%s %s g00/%s legacy %d".formatted(YARD, hook, program(hook, generations.get(0)), MULTI));
        }
        for (Dial dial : List.copyOf(dials)) {
            if (dial.id() % 3 == 0) {
                dials.add(new Dial(dials.size(), YARD, dial.kind(), dial.to(), dial.fromHost()));
            }
        }
    }

    List<Dial> dials() {
        return dials;
    }

    private <T> T pick(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private void chain(int number) {
        List<String> levels = new ArrayList<>();
        String path = "w%03d".formatted(number);
        int depth = 1 + random.nextInt(3);
        for (int i = 0; i < depth; i++) {
            levels.add(path);
            path += "/" + (char) ('a' + i);
        }
        cgroups.addAll(levels);
        boolean forgetful = number % 8 == 0; // no session affinity: what is repeated ends at every possible place
        int choice = forgetful ? RELEASES.size() : GENERATIONS;
        int first = random.nextInt(choice);
        List<Integer> used = List.of(first, (first + 1) % choice, random.nextInt(choice));
        for (String hook : FORWARD) {
            int programs = random.nextInt(6);
            for (int i = 0; i < programs; i++) {
                attach(pick(levels), hook, pick(used));
            }
        }
        for (String hook : BACKWARD) {
            int programs = random.nextInt(5);
            for (int i = 0; i < programs; i++) {
                attach(pick(levels), hook, pick(used));
            }
        }
        for (String hook : BINDING) {
            if (random.nextBoolean()) {
                attach(pick(levels), hook, pick(used));
            }
        }
        boolean fromHost = random.nextInt(3) == 0;
        String cgroup = random.nextInt(4) == 0 ? pick(levels) : levels.get(levels.size() - 1);
        for (int i = 0; i < 16; i++) {
            dial(cgroup, fromHost, pick(used), forgetful && random.nextInt(3) == 0 ? REPEATS : 1);
        }
    }

    private void attach(String cgroup, String hook, int generation) {
        int dice = random.nextInt(100);
        String how = dice % 2 == 0 ? "link" : "legacy";
        int flags = how.equals("link") ? 0 : MULTI;
        if (dice < 12) {
            how = "legacy";
            flags = OVERRIDE;
        } else if (dice < 20) {
            how = "legacy";
            flags = 0;
        } else if (dice < 34) {
            flags |= PREORDER;
        } else if (dice < 42) {
            flags |= BEFORE;
        }
        boolean foreign = FORWARD.contains(hook) && random.nextInt(12) == 0;
        String holder = foreign ? "foreign" : holder(generation);
        String program = foreign ? "watch_" + hook : program(hook, generations.get(generation));
        attachments.add("%s %s %s/%s %s %d".formatted(cgroup, hook, holder, program, how, flags));
    }

    /** Programs of the generation, others over the same maps, or over those and the next generation's reverse_sk. */
    private String holder(int generation) {
        return switch (random.nextInt(6)) {
            case 0 -> joined(generation);
            case 1, 2 -> "m%02d".formatted(generation);
            default -> "g%02d".formatted(generation);
        };
    }

    /** Another program over the same maps, where there is one. */
    private String joined(int generation) {
        String name = "g%02d".formatted(generation);
        return joins.stream()
                .map(join -> join.split(" ", -1))
                .filter(join -> join[1].equals(name))
                .map(join -> join[0])
                .findFirst()
                .orElse(name);
    }

    private static String program(String hook, GeneratedGeneration generation) {
        String verb = hook.substring(0, hook.length() - 1);
        String name = "sock" + hook.charAt(hook.length() - 1) + "_" + verb;
        return generation.object().equals("sock-112") ? name : "cil_" + name;
    }

    private void dial(String cgroup, boolean fromHost, int generation, int times) {
        Endpoint to = random.nextInt(5) == 0
                ? any()
                : pick(generations.get(generation).frontends());
        boolean v4 = to.address().isV4();
        String family = v4 && random.nextInt(3) > 0 ? "4" : "6";
        String kind = pick(List.of("tcp", "tcp", "udp", "send")) + family;
        for (int i = 0; i < times; i++) {
            dials.add(new Dial(dials.size(), cgroup, kind, to, fromHost));
        }
    }

    private Endpoint any() {
        List<String> addresses = new ArrayList<>(GeneratedGeneration.V4);
        GeneratedGeneration.V6.forEach(address -> addresses.add("[" + address + "]"));
        addresses.add("127.0.0.1");
        addresses.add("[::1]");
        return Addresses.endpoint(pick(addresses) + ":" + pick(GeneratedGeneration.PORTS));
    }

    /** Builds, captures and dials, all in the lab's namespaces. */
    Run run(Path folder) {
        Path plan = folder.resolve("plan");
        Path proof = folder.resolve("proof");
        write(plan);
        Command lab = Command.run(
                folder,
                Repository.root().resolve("sample-bundles/lab/lab").toString(),
                "prove",
                plan.toString(),
                folder.toString());
        if (lab.exit() != 0) {
            throw new AssertionError("the lab failed: " + lab.out() + lab.err());
        }
        try {
            Files.createDirectories(proof);
            Command.run(proof, "tar", "-xf", folder.resolve("proof.tar").toString());
            Map<Integer, Dialed> dialed = new TreeMap<>();
            long host = read(proof.resolve("dialed-host"), dialed);
            long pod = read(proof.resolve("dialed-pod"), dialed);
            return new Run(proof.resolve("bundle"), Files.readAllLines(proof.resolve("attached")), dialed, host, pod);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long read(Path file, Map<Integer, Dialed> dialed) throws IOException {
        long cookie = 0;
        for (String line : Files.readAllLines(file)) {
            String[] words = line.split(" ", -1);
            if (words[0].equals("netns")) {
                cookie = Long.parseUnsignedLong(words[1]);
            } else if (words.length == 2) {
                dialed.put(Integer.parseInt(words[0]), new Dialed(words[1], "", ""));
            } else {
                dialed.put(
                        Integer.parseInt(words[0]),
                        new Dialed(
                                endpoint(words[1], words[2]),
                                endpoint(words[3], words[4]),
                                endpoint(words[5], words[6])));
            }
        }
        return cookie;
    }

    /** Mapped addresses are told as the IPv4 addresses that they are; "-" is none. */
    private static String endpoint(String address, String port) {
        if (address.equals("-") || address.startsWith("E")) { // a peer at port 0 has no name
            return "";
        }
        String plain = address.startsWith("::ffff:") ? address.substring("::ffff:".length()) : address;
        return (plain.contains(":") ? "[" + plain + "]" : plain) + ":" + port;
    }

    private void write(Path plan) {
        Map<String, List<String>> files = new LinkedHashMap<>();
        List<String> names = new ArrayList<>();
        for (int i = 0; i < generations.size(); i++) {
            String name = "g%02d".formatted(i);
            names.add(name + " " + generations.get(i).object());
            files.put("entries/" + name, generations.get(i).entries());
        }
        names.add("foreign foreign");
        files.put("entries/foreign", List.of());
        files.put("generations", names);
        files.put("joins", joins);
        files.put("mixes", mixes);
        files.put("cgroups", cgroups);
        files.put("attachments", attachments);
        files.put("dials-host", lines(true));
        files.put("dials-pod", lines(false));
        Set<Integer> ports = new LinkedHashSet<>(GeneratedGeneration.PORTS);
        files.put("ports", List.of(ports.stream().map(String::valueOf).collect(Collectors.joining(","))));
        try {
            for (Map.Entry<String, List<String>> file : files.entrySet()) {
                Path path = plan.resolve(file.getKey());
                Files.createDirectories(path.getParent());
                String text = file.getValue().stream().map(line -> line + "\n").collect(Collectors.joining());
                Files.writeString(path, text, StandardCharsets.UTF_8);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> lines(boolean fromHost) {
        return dials.stream()
                .filter(dial -> dial.fromHost() == fromHost)
                .map(dial -> "%d %s %s %s %d"
                        .formatted(
                                dial.id(),
                                dial.cgroup(),
                                dial.kind(),
                                (dial.kind().endsWith("6")
                                                        && dial.to().address().isV4()
                                                ? "::ffff:"
                                                : "")
                                        + dial.to().address(),
                                dial.to().port()))
                .toList();
    }
}
