package io.ghostmap.datapath.cilium;

import io.ghostmap.datapath.Identity;
import io.ghostmap.datapath.MapRole;
import io.ghostmap.evidence.BpfMap;
import io.ghostmap.evidence.BpfProgram;
import io.ghostmap.evidence.MapDump;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Identifies a map when the kernel's 15 characters of its name do not: {@code cilium_lb4_reve} is reverse_nat or reverse_sk,
 * {@code cilium_lb4_back} one of three layouts, and agents up to 1.11 gave their maps no name at all.
 */
final class Identification {
    private static final int TCP = 6;

    /** An agent that replaces a map keeps the old pin under this suffix until the new programs are attached. */
    private static final String PENDING = ":pending";

    private final BpfMap map;
    private final List<BpfProgram> users;
    private final Optional<MapDump> dump;
    private final Predicate<BpfProgram> owned;
    private final Predicate<BpfProgram> socket;

    private Identification(
            BpfMap map,
            List<BpfProgram> users,
            Optional<MapDump> dump,
            Predicate<BpfProgram> owned,
            Predicate<BpfProgram> socket) {
        this.map = map;
        this.users = users;
        this.dump = dump;
        this.owned = owned;
        this.socket = socket;
    }

    /** What a map is, and the releases that have such a map. */
    record Identified(Identity identity, VersionRange versions) {}

    /**
     * {@code owned} knows Cilium's own programs by name, {@code socket} the programs of the type that reads services at the
     * socket.
     */
    static Optional<Identified> of(
            BpfMap map,
            List<BpfProgram> users,
            Optional<MapDump> dump,
            Predicate<BpfProgram> owned,
            Predicate<BpfProgram> socket) {
        return new Identification(map, users, dump, owned, socket).identify();
    }

    private Optional<Identified> identify() {
        List<Layout> fitting =
                Layouts.list().stream().filter(layout -> layout.fits(map)).toList();
        if (fitting.isEmpty()) {
            return Optional.empty();
        }
        return map.name().isEmpty() ? nameless(fitting) : named(fitting);
    }

    private Optional<Identified> named(List<Layout> fitting) {
        List<Layout> sameName = fitting.stream()
                .filter(layout -> layout.kernelName().equals(map.name()))
                .toList();
        return decide(sameName, Text.of("its type, sizes and name"));
    }

    /** A pin decides; without one, flags and use narrow down what it can be. A foreign map must not be taken for Cilium's. */
    private Optional<Identified> nameless(List<Layout> fitting) {
        List<Layout> pinned =
                fitting.stream().filter(layout -> isPinnedAs(layout.name())).toList();
        if (!pinned.isEmpty()) {
            return decide(pinned, Text.of("its type, sizes and pin"));
        }
        List<Layout> allowed =
                fitting.stream().filter(layout -> layout.allows(map.flags())).toList();
        if (users.stream().anyMatch(user -> owned.test(user) || (user.name().isEmpty() && socket.test(user)))) {
            List<Layout> balancing = allowed.stream()
                    .filter(layout -> !layout.isOf(MapRole.OTHER))
                    .toList();
            boolean atSocket = users.stream().anyMatch(socket);
            return decide(
                    atSocket ? balancing : allowed, Text.of("its type, sizes, flags and the programs that use it"));
        }
        return users.isEmpty() ? decide(allowed, Text.of("only its type, sizes and flags")) : Optional.empty();
    }

    private boolean isPinnedAs(String name) {
        return map.pins().stream()
                .map(pin -> pin.substring(pin.lastIndexOf('/') + 1))
                .anyMatch(file -> file.equals(name) || file.equals(name + PENDING));
    }

    private Optional<Identified> decide(List<Layout> left, Text by) {
        List<Layout> possible = left.size() > 1 ? byEntries(left) : left;
        if (possible.isEmpty()) {
            return Optional.empty();
        }
        List<MapRole> roles =
                List.copyOf(new TreeSet<>(possible.stream().map(Layout::role).toList()));
        if (roles.equals(List.of(MapRole.OTHER))) {
            return Optional.empty();
        }
        boolean one = roles.size() == 1;
        Text known = Text.of("known by {}", by);
        Text open = Text.of(
                "can be [{}]: its name, its pins and its use do not show which",
                Text.join(", ", roles.stream().map(MapRole::term).toList()));
        VersionRange versions = versions(possible);
        return Optional.of(new Identified(
                new Identity(
                        roles,
                        possible.stream().map(Layout::name).distinct().toList(),
                        one ? possible.get(0).name() : "",
                        versions.toString(),
                        one ? (possible.size() < left.size() ? known.then(", and by its entries") : known) : open),
                versions));
    }

    private static VersionRange versions(List<Layout> layouts) {
        int first = layouts.stream()
                .mapToInt(layout -> layout.versions().first())
                .min()
                .orElse(VersionRange.OLDEST);
        int last = layouts.stream()
                .mapToInt(layout -> layout.versions().last())
                .max()
                .orElse(VersionRange.NEWEST);
        return VersionRange.between(first, last);
    }

    /** The conntrack maps for TCP and for other protocols have one layout; their entries show which it is. */
    private List<Layout> byEntries(List<Layout> layouts) {
        if (dump.isEmpty() || dump.get().count() == 0) {
            return layouts;
        }
        List<Layout> left = new ArrayList<>(layouts);
        MapDump entries = dump.get();
        int proto = layouts.get(0).key().stream()
                .filter(field -> field.name().equals("proto"))
                .mapToInt(Field::offset)
                .findFirst()
                .orElse(-1);
        if (proto >= 0 && proto < entries.keyBytes()) {
            boolean tcp = Bytes.u8(entries.key(0), proto) == TCP;
            left.removeIf(layout -> switch (layout.role().kind()) {
                case CT_TCP -> !tcp;
                case CT_ANY -> tcp;
                default -> false;
            });
        }
        return left;
    }
}
