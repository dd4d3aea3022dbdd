package io.ghostmap.support;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A headless Chromium, driven over the DevTools protocol; no library, no driver. */
public final class Browser implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Pattern ENDPOINT = Pattern.compile("DevTools listening on ws://([^/]+)/");
    private static final long SECONDS = 30;

    private final Process process;
    private final Path profile;
    private final WebSocket socket;
    private final BlockingQueue<JsonNode> answers = new LinkedBlockingQueue<>();
    private final List<JsonNode> events = new CopyOnWriteArrayList<>();
    private int lastId;

    private Browser(Process process, Path profile, String host) throws IOException, InterruptedException {
        this.process = process;
        this.profile = profile;
        HttpClient http = HttpClient.newHttpClient();
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + host + "/json/list"))
                .build();
        JsonNode targets = JSON.readTree(
                http.send(request, HttpResponse.BodyHandlers.ofString()).body());
        URI page = URI.create(targets.path(0).path("webSocketDebuggerUrl").asString());
        this.socket =
                http.newWebSocketBuilder().buildAsync(page, new Receiver()).join();
        for (String domain : List.of("Page", "Network", "Log", "Runtime")) {
            call(domain + ".enable", Map.of());
        }
    }

    public static Browser start() throws IOException, InterruptedException {
        Path profile = Files.createTempDirectory("ghostmap-browser-");
        Process process = new ProcessBuilder(
                        "chromium",
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-quic",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--remote-debugging-port=0",
                        "--remote-allow-origins=*",
                        "--hide-scrollbars",
                        "--user-data-dir=" + profile,
                        "about:blank")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        BufferedReader err =
                new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8));
        for (String line = err.readLine(); line != null; line = err.readLine()) {
            Matcher matcher = ENDPOINT.matcher(line);
            if (matcher.find()) {
                drain(err);
                return new Browser(process, profile, matcher.group(1));
            }
        }
        throw new IOException("chromium ended before it listened");
    }

    private static void drain(BufferedReader reader) {
        Thread thread = new Thread(() -> reader.lines().forEach(line -> {}), "chromium-stderr");
        thread.setDaemon(true);
        thread.start();
    }

    /** Opens a file at that width, light or dark, with scripts off as ticket systems have them. */
    public void open(Path file, int width, boolean dark) throws InterruptedException {
        events.clear();
        call("Emulation.setScriptExecutionDisabled", Map.of("value", true));
        call(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", 900, "deviceScaleFactor", 1, "mobile", false));
        call(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
        call("Page.navigate", Map.of("url", file.toUri().toString()));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (events("Page.loadEventFired").isEmpty()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("the page did not load: " + file);
            }
            Thread.sleep(20);
        }
    }

    /** Lays the open page out as for paper of that width. */
    public void layOutForPrint(int width) throws InterruptedException {
        call("Emulation.setEmulatedMedia", Map.of("media", "print"));
        call(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", 700, "deviceScaleFactor", 1, "mobile", false));
    }

    /** The value of an expression, evaluated by the tool and not by the page. */
    public JsonNode evaluate(String expression) throws InterruptedException {
        return call("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true))
                .path("result")
                .path("value");
    }

    public byte[] screenshot() throws InterruptedException {
        JsonNode answer = call("Page.captureScreenshot", Map.of("captureBeyondViewport", true));
        return Base64.getDecoder().decode(answer.path("data").asString());
    }

    /** Addresses that the page asked for since it was opened. */
    public List<String> requests() {
        return events("Network.requestWillBeSent").stream()
                .map(event -> event.path("params").path("request").path("url").asString())
                .toList();
    }

    /** What the browser complained about, blocked content among it. */
    public List<String> complaints() {
        return events("Log.entryAdded").stream()
                .map(event -> event.path("params").path("entry").path("text").asString())
                .toList();
    }

    private List<JsonNode> events(String method) {
        return events.stream()
                .filter(event -> event.path("method").asString("").equals(method))
                .toList();
    }

    private JsonNode call(String method, Map<String, ?> params) throws InterruptedException {
        int id = ++lastId;
        socket.sendText(JSON.writeValueAsString(Map.of("id", id, "method", method, "params", params)), true)
                .join();
        JsonNode answer = answers.poll(SECONDS, TimeUnit.SECONDS);
        if (answer == null || answer.path("id").asInt() != id || answer.has("error")) {
            throw new IllegalStateException(method + ": " + answer);
        }
        return answer.path("result");
    }

    /** SIGTERM lets the browser take its helpers down; they may still write into the profile for a moment. */
    @Override
    public void close() throws IOException {
        process.destroy();
        process.onExit().orTimeout(SECONDS, TimeUnit.SECONDS).join();
        for (int tries = 0; Files.exists(profile) && tries < 50; tries++) {
            deleteProfile();
        }
    }

    private void deleteProfile() throws IOException {
        try (Stream<Path> files = Files.walk(profile)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (DirectoryNotEmptyException | NoSuchFileException | UncheckedIOException e) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100)); // a helper was still writing: look again
        }
    }

    private final class Receiver implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                JsonNode message = JSON.readTree(text.toString());
                text.setLength(0);
                if (message.has("id")) {
                    answers.add(message);
                } else {
                    events.add(message);
                }
            }
            webSocket.request(1);
            return null;
        }
    }
}
