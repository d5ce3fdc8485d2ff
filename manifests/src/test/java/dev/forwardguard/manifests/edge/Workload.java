package dev.forwardguard.manifests.edge;

import dev.forwardguard.servers.rendered.Rendered;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.Job;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * An object that runs pods.
 *
 * @param selector of its pods; Jobs have none of their own
 */
record Workload(HasMetadata object, @Nullable LabelSelector selector, PodTemplateSpec template) {
    static List<Workload> of(Rendered rendered) {
        return rendered.typed().stream().flatMap(Workload::of).toList();
    }

    /** The one with this name. */
    static Workload of(Rendered rendered, String name) {
        return of(rendered).stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name + " in " + rendered));
    }

    private static Stream<Workload> of(HasMetadata object) {
        return switch (object) {
            case Deployment it -> of(it, it.getSpec().getSelector(), it.getSpec().getTemplate());
            case StatefulSet it -> of(it, it.getSpec().getSelector(), it.getSpec().getTemplate());
            case DaemonSet it -> of(it, it.getSpec().getSelector(), it.getSpec().getTemplate());
            case Job it -> of(it, null, it.getSpec().getTemplate());
            case CronJob it -> of(it, null, it.getSpec().getJobTemplate().getSpec().getTemplate());
            default -> Stream.of();
        };
    }

    private static Stream<Workload> of(
            HasMetadata object, @Nullable LabelSelector selector, PodTemplateSpec template) {
        return Stream.of(new Workload(object, selector, template));
    }

    String name() {
        return object.getMetadata().getName();
    }

    PodSpec pod() {
        return template.getSpec();
    }

    Map<String, String> labels() {
        return template.getMetadata().getLabels();
    }

    /** Its containers, with those that run before or beside them. */
    List<Container> containers() {
        return Stream.concat(pod().getInitContainers().stream(), pod().getContainers().stream())
                .toList();
    }

    /**
     * What the program in its first container is started with, as on this machine.
     *
     * @param here what stands on this machine for addresses, paths and variables of the pod
     */
    List<String> arguments(Map<String, String> here) {
        return arguments(pod().getContainers().getFirst(), here);
    }

    /** The same of the container with this name. */
    List<String> arguments(String container, Map<String, String> here) {
        return containers().stream()
                .filter(each -> each.getName().equals(container))
                .findFirst()
                .map(each -> arguments(each, here))
                .orElseThrow(() -> new AssertionError("no " + container + " in " + this));
    }

    private static List<String> arguments(Container container, Map<String, String> here) {
        return container.getArgs().stream()
                .map(argument -> expanded(argument, container))
                .map(argument -> replaced(argument, here))
                .toList();
    }

    private static String expanded(String argument, Container container) {
        String expanded = argument;
        for (EnvVar variable : container.getEnv()) {
            if (variable.getValue() != null) {
                expanded = expanded.replace("$(" + variable.getName() + ")", variable.getValue());
            }
        }
        return expanded;
    }

    private static String replaced(String argument, Map<String, String> here) {
        String replaced = argument;
        for (Map.Entry<String, String> each : here.entrySet()) {
            replaced = replaced.replace(each.getKey(), each.getValue());
        }
        return replaced;
    }

    @Override
    public String toString() {
        return object.getKind() + " " + name();
    }
}
