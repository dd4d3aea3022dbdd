package io.ghostmap.evidence.kubeproxy;

import io.ghostmap.bundle.Artifact;
import io.ghostmap.net.Endpoint;
import java.util.List;

/**
 * Every destination NAT of the node that the bundle has. The rules of iptables-legacy and those of nf_tables are in
 * different tables of the kernel, and each command shows only its own: if one of them is empty, the other need not be.
 *
 * @param rules of everything that was read; a rule of iptables-nft appears in the list of nft as well
 * @param read what was read
 * @param unread what was not read, and can have rules that are not known
 */
public record NatTables(List<NatRule> rules, List<Artifact> read, List<Unread> unread) {
    /** Tables of the kernel. */
    public enum Unread {
        LEGACY_TABLES,
        NF_TABLES,
        IPVS
    }

    public NatTables {
        rules = List.copyOf(rules);
        read = List.copyOf(read);
        unread = List.copyOf(unread);
    }

    /** Rules that send connections to that backend. */
    public List<NatRule> to(Endpoint backend) {
        return rules.stream().filter(rule -> rule.backend().equals(backend)).toList();
    }
}
