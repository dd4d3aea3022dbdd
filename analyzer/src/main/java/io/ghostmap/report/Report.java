package io.ghostmap.report;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.ghostmap.bundle.Citation;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The public report, {@code ghostmap/report/v1}: names and nesting are those of the JSON form and of its schema
 * ({@code report-v1.schema.json}). Lists have a declared order; a text is empty if nothing is known. The one
 * {@code null} is {@code current}, which JSON has no third value for.
 */
public record Report(
        String schema,
        Analyzer analyzer,
        Verdict verdict,
        BundleFacts bundle,
        List<Generation> generations,
        List<Ambiguity> ambiguities,
        List<Hook> hooks,
        List<Destination> destinations,
        BlastRadius blastRadius,
        List<Replay> replays,
        List<Finding> findings,
        List<Skipped> skipped) {

    public static final String SCHEMA = "ghostmap/report/v1";

    public record Analyzer(String name, String version) {}

    public record Verdict(String severity, String finding, String title, String summary) {}

    /** {@code sha256} is empty for a folder; times are the node's, in UTC. */
    public record BundleFacts(
            String name,
            String sha256,
            String node,
            String bootId,
            String kernel,
            String capturedFrom,
            String capturedTo,
            String collector,
            List<String> standIns,
            List<Missing> missing) {}

    public record Missing(String artifact, String reason, String cost) {}

    /** {@code current} is null if the bundle does not show it; {@code entries} is -1 for a map that was not dumped. */
    public record Generation(
            String role,
            String name,
            int mapId,
            int order,
            @Nullable Boolean current,
            List<Reason> reasons,
            List<String> pinned,
            List<Integer> programs,
            List<String> attachedAt,
            int entries,
            long maxEntries,
            boolean usable,
            String damage) {}

    /** Maps that type, sizes, name, pin, flags, use and entries leave open: what they can be, why, and what it costs. */
    public record Ambiguity(List<Integer> maps, String text, String why, String cost, Citation source) {}

    public record Reason(String text, Citation source) {}

    /** Programs in run order; {@code orderFrom} is {@code effective} (the kernel's own) or {@code computed}. */
    public record Hook(
            String cgroup,
            String attachType,
            String orderFrom,
            String remark,
            int sameInCgroupsBelow,
            List<Program> programs) {}

    /** {@code linkId} is 0 without a link; {@code loadedAt} is UTC as the node's clock had it. */
    public record Program(
            int id,
            String name,
            String tag,
            String loadedAt,
            String via,
            int linkId,
            String flags,
            List<Integer> maps,
            String reads,
            List<String> pinned) {}

    /** {@code syns} counts frames as tcpdump does, {@code transmissions} without the copies on other interfaces. */
    public record Destination(
            String address,
            int port,
            String protocol,
            int attempts,
            long syns,
            long transmissions,
            String reply,
            Map<String, Integer> replies,
            String classification,
            List<InGeneration> inGenerations,
            List<String> frontends,
            List<Client> clients,
            List<String> interfaces,
            String firstSeen,
            String lastSeen,
            String packet,
            String capture,
            List<Long> frames) {}

    public record InGeneration(
            int mapId, String as, @Nullable Boolean current, List<String> frontends, Citation source) {}

    /** {@code pod} is {@code namespace/name} if the address is one of this node's pods. */
    public record Client(String address, String pod) {}

    /** How many of the frontends of any generation do not go where the current one sends them. */
    public record BlastRadius(int frontends, int affected, int undecided) {}

    /**
     * Of frontends that are affected, or whose connections the capture shows. {@code withoutPrograms} is what shows that
     * no program runs there; empty if there are steps.
     */
    public record Replay(
            String frontend,
            String service,
            String cgroup,
            String attachType,
            List<Citation> withoutPrograms,
            List<Step> steps,
            List<String> outcome,
            List<String> expected,
            List<Outcome> chances,
            List<PeerName> peerNames,
            boolean affected,
            long observedSyns) {}

    /** A possible end, its share among those under the same conditions (0 to 1), and those conditions. */
    public record Outcome(String end, double share, List<String> conditions) {}

    /**
     * What the application learns about its peer at a reverse hook; {@code text} says it in a sentence.
     */
    public record PeerName(String attachType, String cgroup, String text, List<Name> names, List<NamingStep> steps) {}

    /**
     * {@code tells} is {@code frontend} (what the application asked for), {@code destination} (where it really is
     * connected to), {@code other} or {@code unknown}; {@code share} is of all connects under the same conditions.
     */
    public record Name(String name, String tells, double share, List<String> conditions) {}

    /** A program of the reverse hook, and the reverse_sk maps that it looks the peer up in. */
    public record NamingStep(
            int program,
            String name,
            List<Integer> reverseSkMaps,
            String before,
            List<String> after,
            List<Note> notes,
            List<Citation> entries) {}

    /** What a program of the chain wrote to a reverse_sk map; {@code outcome} is {@code counts}, {@code forgotten}, {@code open}. */
    public record Note(int mapId, int writtenBy, String backend, String asked, int revNatId, String outcome) {}

    /**
     * {@code generation} is the id of the services map that the program reads, 0 if it is not known; {@code
     * current} says whether all of {@code reads} is, since current services with old backends send connections to the wrong backend as well.
     */
    public record Step(
            int program,
            String name,
            int generation,
            List<Reading> reads,
            @Nullable Boolean current,
            String before,
            List<String> after,
            List<Citation> entries) {}

    /** A services or backends map that a program reads. */
    public record Reading(String role, int mapId, @Nullable Boolean current) {}

    /**
     * {@code example} is the replay that shows the claim best; its texts are empty if there is none. {@code
     * supporting} is {@code for} in JSON.
     */
    public record Finding(
            String id,
            String rule,
            String severity,
            String title,
            String summary,
            List<String> explanation,
            Example example,
            String confidence,
            @JsonProperty("for") List<Citation> supporting,
            List<Citation> against,
            List<Rival> rivals,
            List<Remedy> remedy) {}

    /** Identifies one of the report's replays. */
    public record Example(String frontend, String cgroup, String attachType) {}

    public record Rival(String hypothesis, String verdict, String decides) {}

    public record Remedy(
            String title, String precondition, String command, String effect, String risk, String check, String undo) {}

    public record Skipped(String rule, List<String> missing) {}
}
