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
import io.ghostmap.support.CollectorPlan;
import io.ghostmap.support.Repository;
import io.kubernetes.client.openapi.models.V1ClusterRole;
import io.kubernetes.client.openapi.models.V1ClusterRoleBinding;
import io.kubernetes.client.openapi.models.V1DaemonSet;
import io.kubernetes.client.openapi.models.V1Job;
import io.kubernetes.client.openapi.models.V1PodSpec;
import io.kubernetes.client.openapi.models.V1PolicyRule;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
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

    @Test
    void accessIsOfTheApi() {
        String[] documents = accessDocuments();

        assertThat(documents).hasSize(3);
        check(documents[0], V1ServiceAccount.class);
        check(documents[1], V1ClusterRole.class);
        check(documents[2], V1ClusterRoleBinding.class);
    }

    /** No more than the collector asks for, and no less. */
    @Test
    void accessIsToTheListsThatTheCollectorAsksFor() {
        V1ClusterRole role = GSON.fromJson(json(accessDocuments()[1]), V1ClusterRole.class);
        List<String> asked = CollectorPlan.steps().stream()
                .flatMap(step -> kubectlKind(step.command()))
                .toList();

        assertThat(asked).contains("services", "endpointslices", "pods");
        assertThat(role.getRules())
                .flatExtracting(V1PolicyRule::getResources)
                .containsExactlyInAnyOrderElementsOf(asked);
        assertThat(role.getRules())
                .allSatisfy(rule -> assertThat(rule.getVerbs()).containsExactly("list"));
    }

    @Test
    void podsHaveThatAccess() {
        String[] documents = accessDocuments();
        V1ServiceAccount account = GSON.fromJson(json(documents[0]), V1ServiceAccount.class);
        V1ClusterRoleBinding binding = GSON.fromJson(json(documents[2]), V1ClusterRoleBinding.class);

        assertThat(binding.getRoleRef().getName())
                .isEqualTo(GSON.fromJson(json(documents[1]), V1ClusterRole.class)
                        .getMetadata()
                        .getName());
        assertThat(binding.getSubjects()).hasSize(1).allSatisfy(subject -> {
            assertThat(subject.getName()).isEqualTo(account.getMetadata().getName());
            assertThat(subject.getNamespace()).isEqualTo(account.getMetadata().getNamespace());
        });
        assertThat(podOfJob().getServiceAccountName())
                .isEqualTo(account.getMetadata().getName());
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
    void bothRunTheSamePodWithTheSameAccess() {
        V1PodSpec job = podOfJob();
        V1PodSpec daemonSet = GSON.fromJson(json(manifest("daemonset")), V1DaemonSet.class)
                .getSpec()
                .getTemplate()
                .getSpec();

        assertThat(daemonSet.getVolumes()).isEqualTo(job.getVolumes());
        assertThat(daemonSet.getContainers().get(0).getVolumeMounts())
                .isEqualTo(job.getContainers().get(0).getVolumeMounts());
        assertThat(daemonSet.getInitContainers()).isEqualTo(job.getInitContainers());
        assertThat(daemonSet.getServiceAccountName()).isEqualTo(job.getServiceAccountName());
        for (V1PodSpec pod : List.of(job, daemonSet)) {
            assertThat(pod.getHostPID()).isTrue();
            assertThat(pod.getHostNetwork()).isTrue();
            assertThat(pod.getContainers()).hasSize(1);
            assertThat(pod.getContainers().get(0).getVolumeMounts())
                    .filteredOn(mount -> !mount.getName().equals("bundle"))
                    .allMatch(mount -> Boolean.TRUE.equals(mount.getReadOnly()));
        }
    }

    private static V1PodSpec podOfJob() {
        return GSON.fromJson(json(manifest("job")), V1Job.class)
                .getSpec()
                .getTemplate()
                .getSpec();
    }

    private static String[] accessDocuments() {
        return manifest("access").split("(?m)^---$", -1);
    }

    /** What {@code kubectl get} is asked for, if the command has one. */
    private static Stream<String> kubectlKind(String command) {
        Matcher get = Pattern.compile("kubectl get (\\S+) ").matcher(command);
        return get.find() ? Stream.of(get.group(1)) : Stream.empty();
    }

    private static void check(String text, Class<?> model) {
        JsonElement json = json(text);
        try {
            model.getMethod("validateJsonElement", JsonElement.class).invoke(null, json);
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException(e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
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
