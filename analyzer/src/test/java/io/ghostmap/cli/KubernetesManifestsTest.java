package io.ghostmap.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.TypeAdapter;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonWriter;
import io.ghostmap.support.Repository;
import io.kubernetes.client.openapi.models.V1DaemonSet;
import io.kubernetes.client.openapi.models.V1Job;
import io.kubernetes.client.openapi.models.V1PodSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.OffsetDateTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The collector's manifests against the Kubernetes API, without a cluster: the model classes of the official Java client
 * are generated from the API's own OpenAPI document. They refuse fields that it does not have and miss those that it
 * requires; values of another type do not survive the way through the classes and back.
 */
final class KubernetesManifestsTest {
    private static final Gson GSON = new GsonBuilder()
            .registerTypeAdapter(OffsetDateTime.class, new NoDates().nullSafe())
            .create();

    @Test
    void jobIsOfTheApi() {
        check(manifest("job"), V1Job.class);
    }

    @Test
    void daemonSetIsOfTheApi() {
        check(manifest("daemonset"), V1DaemonSet.class);
    }

    @ParameterizedTest
    @CsvSource({
        "hostPID: true, hostPid: true", // a field that is none
        "hostPID: true, hostPID: 'yes'", // another type
        "mountPath: /collector, subPath: collector", // without what is required
        "command:, commands:"
    })
    void mistakeIsFound(String right, String wrong) {
        String text = manifest("job").replace(right, wrong);

        assertThat(text).isNotEqualTo(manifest("job"));
        assertThatThrownBy(() -> check(text, V1Job.class))
                .isInstanceOfAny(IllegalArgumentException.class, AssertionError.class);
    }

    @Test
    void bothRunTheSamePod() {
        V1PodSpec job = GSON.fromJson(json(manifest("job")), V1Job.class)
                .getSpec()
                .getTemplate()
                .getSpec();
        V1PodSpec daemonSet = GSON.fromJson(json(manifest("daemonset")), V1DaemonSet.class)
                .getSpec()
                .getTemplate()
                .getSpec();

        assertThat(daemonSet.getVolumes()).isEqualTo(job.getVolumes());
        assertThat(daemonSet.getContainers().get(0).getVolumeMounts())
                .isEqualTo(job.getContainers().get(0).getVolumeMounts());
        for (V1PodSpec pod : List.of(job, daemonSet)) {
            assertThat(pod.getHostPID()).isTrue();
            assertThat(pod.getHostNetwork()).isTrue();
            assertThat(pod.getAutomountServiceAccountToken()).isFalse();
            assertThat(pod.getContainers()).hasSize(1);
            assertThat(pod.getContainers().get(0).getVolumeMounts())
                    .filteredOn(mount -> !mount.getName().equals("bundle"))
                    .allMatch(mount -> Boolean.TRUE.equals(mount.getReadOnly()));
        }
    }

    private static void check(String text, Class<?> model) {
        JsonElement json = json(text);
        try {
            if (model == V1Job.class) {
                V1Job.validateJsonElement(json);
            } else {
                V1DaemonSet.validateJsonElement(json);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertThat(withoutEmpties(GSON.toJsonTree(GSON.fromJson(json, model)))).isEqualTo(json);
    }

    /** The classes fill lists and maps that were not given. */
    private static JsonElement withoutEmpties(JsonElement json) {
        if (!json.isJsonObject()) {
            if (json.isJsonArray()) {
                json.getAsJsonArray().forEach(KubernetesManifestsTest::withoutEmpties);
            }
            return json;
        }
        JsonObject object = json.getAsJsonObject();
        object.entrySet().forEach(entry -> withoutEmpties(entry.getValue()));
        object.entrySet()
                .removeIf(entry -> (entry.getValue().isJsonArray()
                                && entry.getValue().getAsJsonArray().isEmpty())
                        || (entry.getValue().isJsonObject()
                                && entry.getValue().getAsJsonObject().isEmpty()));
        return json;
    }

    private static JsonElement json(String text) {
        Object document = new Yaml(new SafeConstructor(new LoaderOptions())).load(text);
        return GSON.toJsonTree(document);
    }

    private static String manifest(String name) {
        try {
            return Files.readString(Repository.root().resolve("collector-script/kubernetes/" + name + ".yaml"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** No manifest has dates, and Gson must not reach into the JDK for them. */
    private static final class NoDates extends TypeAdapter<OffsetDateTime> {
        @Override
        public void write(JsonWriter out, OffsetDateTime value) throws IOException {
            out.value(value.toString());
        }

        @Override
        public OffsetDateTime read(JsonReader in) throws IOException {
            return OffsetDateTime.parse(in.nextString());
        }
    }
}
