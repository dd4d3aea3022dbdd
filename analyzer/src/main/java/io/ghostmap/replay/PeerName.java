package io.ghostmap.replay;

import io.ghostmap.evidence.MapEntry;
import io.ghostmap.net.Endpoint;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an application is told of its peer, at one reverse hook, the first time that it asks.
 *
 * @param hook getpeername, or recvmsg, of the application's cgroup
 * @param steps each program's turn, in run order
 * @param told every end that has a name, refused connects have none
 */
public record PeerName(Hook hook, List<Turn> steps, List<Told> told) {

    /**
     * The name that goes with one end.
     *
     * @param end where the connection really goes; unknown where that is
     * @param name the address that the application is told, as {@link Disposition.Connects}, or unknown
     * @param share of all connects under the same conditions
     */
    public record Told(Disposition end, Disposition name, double share, List<String> conditions) {}

    /**
     * One program's turn.
     *
     * @param reverseSkMaps that it looks the peer up in
     * @param before the names that it can see
     * @param after what each of them becomes, without doubles
     * @param notes what it finds there, and what becomes of that
     * @param rows the services that it compares the notes with
     */
    public record Turn(
            HookProgram program,
            List<Integer> reverseSkMaps,
            List<Endpoint> before,
            List<Disposition> after,
            List<Note> notes,
            List<MapEntry> rows) {}

    /**
     * An entry of a reverse_sk map, as a translating program writes it: under the socket's cookie and the backend the
     * address that the program saw, and the id of the service.
     *
     * @param outcome what the reading program makes of it
     */
    public record Note(int mapId, int writtenBy, Endpoint backend, Endpoint asked, int revNatId, NoteState outcome) {}

    /** What becomes of a note that is found. */
    public enum NoteState {
        /** The service is still there: the application is told what it asked for. */
        COUNTS,
        /** The program does not know that service, or under another id: it deletes the note and translates nothing. */
        FORGOTTEN,
        /** The evidence does not tell which of both. */
        OPEN
    }

    /** The names without the ends, with their shares added. */
    public List<Outcome> names() {
        record Same(Disposition name, List<String> conditions) {}
        Map<Same, Double> shares = new LinkedHashMap<>();
        told.forEach(one -> shares.merge(new Same(one.name, one.conditions), one.share, Double::sum));
        return shares.entrySet().stream()
                .map(same -> new Outcome(same.getKey().name, same.getValue(), same.getKey().conditions))
                .toList();
    }

    /** The one name that every application is told; empty where there are several, or one that is not known. */
    public Optional<Endpoint> only() {
        List<Disposition> distinct = told.stream().map(Told::name).distinct().toList();
        return distinct.size() == 1 && distinct.get(0) instanceof Disposition.Connects connects
                ? Optional.of(connects.endpoint())
                : Optional.empty();
    }
}
