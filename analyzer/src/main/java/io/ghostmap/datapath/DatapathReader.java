package io.ghostmap.datapath;

import io.ghostmap.bundle.Gap;
import io.ghostmap.evidence.Evidence;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/** The entry point of the package: interprets the evidence of one node. */
public final class DatapathReader {
    private DatapathReader() {}

    /** With all the load balancers that are known. */
    public static Datapath read(Evidence evidence) {
        return read(evidence, LoadBalancers.onNode(evidence));
    }

    /** {@code balancers}: at least one; of two that know a map or a program the former has it. */
    public static Datapath read(Evidence evidence, List<LoadBalancer> balancers) {
        List<Gap> gaps = new ArrayList<>();
        balancers.forEach(balancer -> gaps.addAll(balancer.gaps()));
        Reach reach = Reach.of(evidence, balancers.get(0));
        MapRoles roles = MapRoles.of(evidence, balancers, reach);
        Tables tables = Tables.decode(evidence, roles, gaps);
        Views viewReader = new Views(evidence, balancers, reach, roles, tables);
        SortedMap<Integer, View> views = viewReader.all(gaps);
        List<Attachment> attachments = Attachments.of(evidence);
        Generations judge = new Generations(evidence, reach, roles, new AttachmentIndex(attachments));
        List<Generation> generations = new ArrayList<>();
        balancers.forEach(balancer -> generations.addAll(judge.of(balancer, views.values())));
        return new Datapath(
                List.copyOf(generations),
                attachments,
                views,
                roles.identities(),
                roles.owners(),
                tables,
                Ambiguities.of(evidence, reach, roles.identities(), views),
                List.copyOf(gaps),
                viewReader::ownerOf);
    }
}
