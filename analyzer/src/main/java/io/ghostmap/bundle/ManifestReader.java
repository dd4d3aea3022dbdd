package io.ghostmap.bundle;

import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/**
 * Reads the manifest, the long lists in it element by element. Every member may be absent; only a format that is not ours
 * is refused.
 */
final class ManifestReader {
    /** What one text may have, and a reason is a sentence. */
    private static final int MAX_TEXT = 1_000;

    /** proc_uptime(5): seconds since boot, with hundredths. */
    private static final Pattern UPTIME = Pattern.compile("(?<seconds>\\d{1,12})\\.(?<hundredths>\\d\\d)");

    /** No command of the collector runs for a day. */
    private static final long MAX_DURATION_MS = 86_400_000;

    /** A value is followed by others. */
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final BundleLayout layout;
    private final Limits limits;
    private final Map<String, JsonNode> plain = new HashMap<>();
    private final List<Gap> missing = new ArrayList<>();
    private final List<Manifest.Step> steps = new ArrayList<>();
    private int unnamed;

    private ManifestReader(BundleLayout layout, Limits limits) {
        this.layout = layout;
        this.limits = limits;
    }

    /** Empty when the text is not a JSON object; then the bundle is read without a manifest. */
    static Optional<Manifest> read(byte[] json, BundleLayout layout, Limits limits) throws UnreadableBundleException {
        ManifestReader reader = new ManifestReader(layout, limits);
        try (JsonParser parser = MAPPER.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            reader.readMembers(parser);
        } catch (JacksonException e) {
            return Optional.empty();
        }
        return Optional.of(reader.manifest());
    }

    private void readMembers(JsonParser parser) {
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "missing" -> elements(parser, this::missing);
                case "steps" -> elements(parser, this::step);
                case "format", "collector", "node", "bootId", "start", "end", "caseId", "interrupted", "standIns" ->
                    plain.put(name, MAPPER.readTree(parser));
                default -> parser.skipChildren();
            }
        }
    }

    private static void elements(JsonParser parser, Consumer<JsonNode> taker) {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            parser.skipChildren();
            return;
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            taker.accept(MAPPER.readTree(parser));
        }
    }

    private void missing(JsonNode node) {
        if (missing.size() < limits.members()) {
            missing.add(new Gap(
                    layout.artifactNamed(text(node.path("artifact"))), Text.of(Term.quote(text(node.path("reason"))))));
        } else {
            unnamed++;
        }
    }

    private void step(JsonNode node) {
        steps.add(new Manifest.Step(
                layout.artifactNamed(text(node.path("file"))),
                node.path("exit").asInt(0),
                node.path("timedOut").asBoolean(false),
                node.path("cut").asBoolean(false),
                ran(text(node.path("startUptime")), node.path("durationMs").asLong(-1))));
    }

    private static Optional<UptimeSpan> ran(String start, long milliseconds) {
        Matcher uptime = UPTIME.matcher(start);
        if (!uptime.matches() || milliseconds < 0 || milliseconds > MAX_DURATION_MS) {
            return Optional.empty();
        }
        long seconds = Long.parseLong(uptime.group("seconds"));
        long hundredths = Long.parseLong(uptime.group("hundredths"));
        return Optional.of(new UptimeSpan(seconds, seconds + (hundredths * 10 + milliseconds) / 1_000 + 1));
    }

    private Manifest manifest() throws UnreadableBundleException {
        int format = member("format").asInt(Manifest.FORMAT);
        if (format != Manifest.FORMAT) {
            throw new UnreadableBundleException("manifest.json states bundle format " + format
                    + ", this analyzer reads format " + Manifest.FORMAT + ": use the analyzer of that release");
        }
        if (unnamed > 0) { // more than a bundle has members: what they name is not looked at, so it may be anything
            missing.add(new Gap(
                    Artifact.of(ArtifactKind.BUNDLE),
                    Text.of("{} further artifacts are missing", Term.number(unnamed))));
        }
        JsonNode collector = member("collector");
        return new Manifest(
                (text(collector.path("name")) + " " + text(collector.path("version"))).strip(),
                text(member("node")),
                text(member("bootId")),
                text(member("start").path("utc")),
                text(member("end").path("utc")),
                text(member("caseId")),
                member("interrupted").asBoolean(false),
                texts(member("standIns")),
                List.copyOf(missing),
                List.copyOf(steps));
    }

    private JsonNode member(String name) {
        return plain.getOrDefault(name, MissingNode.getInstance());
    }

    private static String text(JsonNode node) {
        return Printable.cut(node.asString(""), MAX_TEXT);
    }

    private static List<String> texts(JsonNode nodes) {
        List<String> texts = new ArrayList<>();
        for (JsonNode node : nodes) {
            texts.add(text(node));
        }
        return List.copyOf(texts);
    }
}
