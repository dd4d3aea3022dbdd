package io.ghostmap.diagnosis;

import io.ghostmap.evidence.BpfMap;
import io.ghostmap.evidence.BpfProgram;
import io.ghostmap.text.Text;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Products other than the known load balancers whose programs rewrite destinations at the socket, recognized by names. */
final class Translators {
    /**
     * One of them.
     *
     * @param programs beginnings of the names of its programs
     * @param maps beginnings of the names of the maps that they look services up in
     */
    private record Product(Text name, List<String> programs, List<String> maps) {
        boolean owns(BpfProgram program, List<BpfMap> read) {
            return begins(programs).test(program.name())
                    || read.stream().map(BpfMap::name).anyMatch(begins(maps));
        }

        private static Predicate<String> begins(List<String> beginnings) {
            return name -> beginnings.stream().anyMatch(name::startsWith);
        }
    }

    private static final List<Product> PRODUCTS = List.of(
            new Product(
                    Text.of("Calico's connect-time load balancing"),
                    List.of("calico_connect", "calico_sendmsg", "cali_ctlb", "cali_connect"),
                    List.of("cali_v4_nat", "cali_v6_nat")),
            new Product(Text.of("Merbridge"), List.of("mb_sock", "mb_connect"), List.of("cookie_orig", "process_ip")));

    private Translators() {}

    /** The product of a program, if names show it. */
    static Optional<Text> product(Incident incident, int programId) {
        return incident.evidence().bpf().state().programs().find(programId).flatMap(program -> {
            List<BpfMap> read = program.mapIds().stream()
                    .flatMap(id -> incident.evidence().bpf().state().maps().find(id).stream())
                    .toList();
            return PRODUCTS.stream()
                    .filter(product -> product.owns(program, read))
                    .map(Product::name)
                    .findFirst();
        });
    }
}
