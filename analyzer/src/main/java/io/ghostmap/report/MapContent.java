package io.ghostmap.report;

import io.ghostmap.datapath.Datapath;
import io.ghostmap.datapath.EntryDiff;
import io.ghostmap.datapath.Generation;
import io.ghostmap.datapath.Identity;
import io.ghostmap.datapath.LoadBalancer;
import io.ghostmap.datapath.MapRole;
import io.ghostmap.datapath.NamedValue;
import io.ghostmap.datapath.View;
import io.ghostmap.evidence.BpfMap;
import io.ghostmap.evidence.MapDump;
import io.ghostmap.evidence.MapEntry;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** One map with what was captured of it: the commands for single maps print it. */
public record MapContent(BpfMap map, MapDump dump, Datapath datapath) {
    private static final HexFormat SPACED = HexFormat.ofDelimiter(" ");

    Optional<MapRole> role() {
        return identity().flatMap(Identity::role);
    }

    Optional<Identity> identity() {
        return Optional.ofNullable(datapath.identities().get(map.id()));
    }

    /** The load balancer whose map it is. */
    Optional<LoadBalancer> owner() {
        return Optional.ofNullable(datapath.owners().get(map.id()));
    }

    /** For a services map, a program that reads it: the program's other maps resolve its backend ids. */
    Optional<View> reader() {
        return datapath.readerOf(map.id());
    }

    /** In the order of the key's bytes, each key once: the order of a dump means nothing. */
    Collection<MapEntry> entries() {
        return EntryDiff.inOrder(dump).values();
    }

    /** The fields of an entry; empty if the map's layout is not known. */
    List<NamedValue> fields(MapEntry entry) {
        return identity()
                .flatMap(known -> owner().map(balancer -> balancer.fields(known, entry.dump(), entry.row())))
                .orElse(List.of());
    }

    /** The fields of the entry's key; its bytes if the layout is not known. */
    String key(MapEntry entry) {
        String fields = fields(entry, true);
        return fields.isEmpty() ? SPACED.formatHex(entry.key()) : fields;
    }

    /** The fields of the entry's value; its bytes if the layout is not known. */
    String value(MapEntry entry) {
        String fields = fields(entry, false);
        return fields.isEmpty() ? SPACED.formatHex(entry.value()) : fields;
    }

    private String fields(MapEntry entry, boolean inKey) {
        return fields(entry).stream()
                .filter(field -> field.inKey() == inKey)
                .map(NamedValue::text)
                .collect(Collectors.joining(" "));
    }

    /** Such as {@code map 2915 cilium_lb4_serv (services/IPv4, NOT current): 1018 of 65536 entries}. */
    String title() {
        String what = role().map(MapRole::toString)
                .orElseGet(
                        () -> identity().map(identity -> identity.why().plain()).orElse("layout not known"));
        return "map " + map.id() + (map.name().isEmpty() ? "" : " " + map.name()) + " (" + what + currency() + "): "
                + dump.count() + " of " + map.maxEntries() + " entries";
    }

    private String currency() {
        return datapath.generation(map.id()).map(MapContent::currency).orElse("");
    }

    private static String currency(Generation generation) {
        return switch (generation.currency()) {
            case CURRENT -> ", current";
            case NOT_CURRENT -> ", NOT current";
            case UNKNOWN -> ", not known to be current";
        };
    }
}
