package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Artifact;
import io.ghostmap.evidence.kubeproxy.NatTables;
import io.ghostmap.net.Endpoint;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.List;

/** What it means that no rule was found. */
final class NatTablesText {
    private NatTablesText() {}

    /** That nothing of what was read sends connections to that address, and what was not read. */
    static Text silence(NatTables nat, Endpoint address) {
        List<Text> unread = nat.unread().stream().map(NatTablesText::unread).toList();
        if (nat.read().isEmpty()) {
            return Text.of("no rules of netfilter or IPVS were captured.");
        }
        Text read = Text.of(
                "no rule in {} sends connections to {}",
                Text.and(nat.read().stream().map(Artifact::term).toList()),
                Term.endpoint(address));
        return unread.isEmpty() ? read.then(".") : Text.of("{}, but {} were not read.", read, Text.and(unread));
    }

    private static Text unread(NatTables.Unread tables) {
        return switch (tables) {
            case LEGACY_TABLES -> Text.of("the tables of iptables-legacy");
            case NF_TABLES -> Text.of("the tables of nftables");
            case IPVS -> Text.of("the virtual servers of IPVS");
        };
    }
}
