package io.ghostmap.evidence;

import io.ghostmap.bundle.Artifact;
import io.ghostmap.bundle.ArtifactKind;
import io.ghostmap.evidence.kubeproxy.IptablesText;
import io.ghostmap.evidence.kubeproxy.IpvsText;
import io.ghostmap.evidence.kubeproxy.NatRule;
import io.ghostmap.evidence.kubeproxy.NatTables;
import io.ghostmap.evidence.kubeproxy.NatTables.Unread;
import io.ghostmap.evidence.kubeproxy.NftText;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** Reads the rules by which netfilter and IPVS translate, and works out which of the kernel's tables they are from. */
final class NatReader {
    private static final String DEFAULT_COMMAND = "iptables-save";
    private static final String LEGACY = "legacy";
    private static final String NF_TABLES = "nf_tables";
    private static final String IPV4 = "ipv4";
    private static final int VARIANT_COLUMNS = 4;
    private static final int TABLE_COLUMNS = 2;

    /** In the order of the kinds, whatever the order in the bundle. */
    private final Map<ArtifactKind, List<NatRule>> rules = new EnumMap<>(ArtifactKind.class);

    private boolean legacyTablesListed;
    private String defaultVariant = "";
    private boolean legacyInKernel;

    NatReader(Readers readers) {
        for (ArtifactKind kind : List.of(
                ArtifactKind.IPTABLES,
                ArtifactKind.IP6TABLES,
                ArtifactKind.IPTABLES_LEGACY,
                ArtifactKind.IP6TABLES_LEGACY,
                ArtifactKind.IPTABLES_NFT,
                ArtifactKind.IP6TABLES_NFT)) {
            on(readers, kind, IptablesText::rules);
        }
        on(readers, ArtifactKind.NFTABLES, NftText::rules);
        on(readers, ArtifactKind.IPVS, IpvsText::rules);
        readers.onTable(ArtifactKind.IPTABLES_VARIANTS, VARIANT_COLUMNS, (row, file) -> {
            if (row[0].equals(DEFAULT_COMMAND)) {
                defaultVariant = row[1];
            }
        });
        readers.onLines(ArtifactKind.LEGACY_TABLES, file -> {
            legacyTablesListed = true;
            legacyInKernel = Texts.table(file.lines(), TABLE_COLUMNS).stream().anyMatch(row -> row[0].equals(IPV4));
        });
    }

    private void on(Readers readers, ArtifactKind kind, BiFunction<List<String>, String, List<NatRule>> parser) {
        readers.onLines(kind, file -> {
            rules.put(kind, parser.apply(file.lines(), file.file()));
        });
    }

    NatTables tables() {
        List<Unread> unread = new ArrayList<>();
        if (!isLegacyRead()) {
            unread.add(Unread.LEGACY_TABLES);
        }
        if (!isNfTablesRead()) {
            unread.add(Unread.NF_TABLES);
        }
        if (!rules.containsKey(ArtifactKind.IPVS)) {
            unread.add(Unread.IPVS);
        }
        return new NatTables(
                rules.values().stream().flatMap(List::stream).toList(),
                rules.keySet().stream().map(Artifact::of).toList(),
                unread);
    }

    private boolean isLegacyRead() {
        return rules.containsKey(ArtifactKind.IPTABLES_LEGACY)
                || (rules.containsKey(ArtifactKind.IPTABLES) && defaultVariant.equals(LEGACY))
                || (legacyTablesListed && !legacyInKernel);
    }

    private boolean isNfTablesRead() {
        return rules.containsKey(ArtifactKind.NFTABLES)
                || rules.containsKey(ArtifactKind.IPTABLES_NFT)
                || (rules.containsKey(ArtifactKind.IPTABLES) && defaultVariant.equals(NF_TABLES));
    }
}
