package io.ghostmap.replay;

import io.ghostmap.datapath.program.Condition;
import io.ghostmap.datapath.program.Conditions;
import io.ghostmap.datapath.program.Note;
import io.ghostmap.evidence.MapEntry;
import io.ghostmap.net.Endpoint;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an application sees as its peer's address at one reverse hook, the first time that it asks.
 *
 * @param hook getpeername, or recvmsg, of the application's cgroup
 * @param steps each program's turn, in run order
 * @param seen a name for every end; refused connections have none
 */
public record PeerName(Hook hook, List<Turn> steps, List<Seen> seen) {

    /**
     * The name that goes with one end.
     *
     * @param end where the connection really goes; unknown if that is
     * @param name the address that the application sees, as {@link Disposition.Connects}, or unknown
     * @param share of all connections under the same conditions
     */
    public record Seen(Disposition end, Disposition name, double share, Conditions given) {
        /** Empty if it holds for every client. */
        public List<Condition> conditions() {
            return given.assumed();
        }
    }

    /**
     * One program's turn.
     *
     * @param maps that it looks the peer up in
     * @param before the names that it can see
     * @param after what each of them becomes, without doubles
     * @param notes the entries that it finds there, and what it does with them
     * @param rows the services that it compares the notes with
     */
    public record Turn(
            HookProgram program,
            List<Integer> maps,
            List<Endpoint> before,
            List<Disposition> after,
            List<Note> notes,
            List<MapEntry> rows) {}

    /** The names without the ends, with their shares added. */
    public List<Outcome> names() {
        record Same(Disposition name, Conditions given) {}
        Map<Same, Double> shares = new LinkedHashMap<>();
        seen.forEach(one -> shares.merge(new Same(one.name, one.given), one.share, Double::sum));
        return shares.entrySet().stream()
                .map(same -> new Outcome(same.getKey().name, same.getValue(), same.getKey().given))
                .toList();
    }

    /** The one name that every application sees; empty if there are several, or if one is not known. */
    public Optional<Endpoint> only() {
        List<Disposition> distinct = seen.stream().map(Seen::name).distinct().toList();
        return distinct.size() == 1 && distinct.get(0) instanceof Disposition.Connects connects
                ? Optional.of(connects.endpoint())
                : Optional.empty();
    }
}
