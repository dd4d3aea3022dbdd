package io.ghostmap.bundle;

import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads {@code manifest.json}. Every member may be absent; only a format that is not ours is refused. */
final class ManifestReader {
    private ManifestReader() {}

    /** Empty when the text is no JSON object; then the bundle is read without a manifest. */
    static Optional<Manifest> read(byte[] json, BundleLayout layout) throws UnreadableBundleException {
        JsonNode root;
        try {
            root = JsonMapper.shared().readTree(json);
        } catch (JacksonException e) {
            return Optional.empty();
        }
        if (!root.isObject()) {
            return Optional.empty();
        }
        int format = root.path("format").asInt(Manifest.FORMAT);
        if (format != Manifest.FORMAT) {
            throw new UnreadableBundleException("manifest.json names bundle format " + format
                    + ", this analyzer reads format " + Manifest.FORMAT + ": use the analyzer of that release");
        }
        JsonNode collector = root.path("collector");
        return Optional.of(new Manifest(
                (text(collector, "name") + " " + text(collector, "version")).strip(),
                text(root, "node"),
                text(root, "bootId"),
                text(root.path("start"), "utc"),
                text(root.path("end"), "utc"),
                text(root, "caseId"),
                root.path("interrupted").asBoolean(false),
                texts(root.path("standIns")),
                capture(root.path("capture")),
                missing(root.path("missing"), layout),
                steps(root.path("steps"))));
    }

    private static Optional<Manifest.CaptureStep> capture(JsonNode node) {
        if (!node.isObject()) {
            return Optional.empty();
        }
        return Optional.of(new Manifest.CaptureStep(
                text(node, "file"),
                text(node, "interface"),
                text(node, "filter"),
                text(node, "start"),
                text(node, "end")));
    }

    private static List<Gap> missing(JsonNode nodes, BundleLayout layout) {
        List<Gap> gaps = new ArrayList<>();
        for (JsonNode node : nodes) {
            gaps.add(new Gap(layout.artifactNamed(text(node, "artifact")), Text.of(Term.quote(text(node, "reason")))));
        }
        return List.copyOf(gaps);
    }

    private static List<Manifest.Step> steps(JsonNode nodes) {
        List<Manifest.Step> steps = new ArrayList<>();
        for (JsonNode node : nodes) {
            steps.add(new Manifest.Step(
                    text(node, "id"),
                    texts(node.path("argv")),
                    text(node, "file"),
                    node.path("exit").asInt(0),
                    node.path("timedOut").asBoolean(false),
                    node.path("cut").asBoolean(false)));
        }
        return List.copyOf(steps);
    }

    private static String text(JsonNode node, String name) {
        return node.path(name).asString("");
    }

    private static List<String> texts(JsonNode nodes) {
        List<String> texts = new ArrayList<>();
        for (JsonNode node : nodes) {
            texts.add(node.asString(""));
        }
        return List.copyOf(texts);
    }
}
