import io.micronaut.context.BeanContext;
import io.micronaut.context.exceptions.BeanInstantiationException;
import io.micronaut.inject.BeanDefinitionReference;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * Writes the list of Micronaut's services in a guard and its libraries. {@code ServiceIndex} reads
 * it, so that they are not searched for at each start. Leaves out {@link #UNUSED}, and services for
 * libraries and Java modules that are missing, so it must run on the image's Java runtime.
 *
 * <p>Usage: {@code java -cp CLASSES:JAR... Services LIST JAR...}, compiled with these jars
 */
class Services {
    /** Micronaut's service directories: each file in one has the name of a class. */
    private static final String OWN = "META-INF/micronaut/";

    /** Java's service files: one class per line. */
    private static final String JAVA = "META-INF/services/io.micronaut.";

    /**
     * Prefixes of unused services: features that {@code ServerDefaults} switches off or that are
     * never switched on, support for native images, and calls to Kubernetes that the guard does not
     * make. Each would be loaded and instantiated, and its conditions evaluated, at each start.
     */
    private static final List<String> UNUSED =
            List.of(
                    "io.micronaut.configuration.metrics.binder.cache.",
                    "io.micronaut.configuration.metrics.binder.datasource.",
                    "io.micronaut.configuration.metrics.binder.executor.",
                    "io.micronaut.configuration.metrics.binder.grpc.",
                    "io.micronaut.configuration.metrics.binder.logging.",
                    "io.micronaut.configuration.metrics.binder.netty.",
                    "io.micronaut.configuration.metrics.binder.r2dbc.",
                    "io.micronaut.configuration.metrics.binder.web.",
                    "io.micronaut.configuration.metrics.management.",
                    "io.micronaut.configuration.metrics.micrometer.logging.",
                    "io.micronaut.core.graal.",
                    "io.micronaut.discovery.cloud.",
                    "io.micronaut.http.netty.channel.loom.",
                    "io.micronaut.http.netty.websocket.",
                    "io.micronaut.http.server.cors.",
                    "io.micronaut.http.server.netty.handler.accesslog.",
                    "io.micronaut.http.server.netty.websocket.",
                    "io.micronaut.http.server.websocket.",
                    "io.micronaut.kubernetes.",
                    "io.micronaut.management.endpoint.beans.",
                    "io.micronaut.management.endpoint.env.",
                    "io.micronaut.management.endpoint.info.",
                    "io.micronaut.management.endpoint.loggers.",
                    "io.micronaut.management.endpoint.refresh.",
                    "io.micronaut.management.endpoint.routes.",
                    "io.micronaut.management.endpoint.stop.",
                    "io.micronaut.management.endpoint.threads.",
                    "io.micronaut.runtime.beans.",
                    "io.micronaut.runtime.server.watch.",
                    "io.micronaut.scheduling.io.watch.",
                    "io.micronaut.web.router.version.");

    public static void main(String[] arguments) throws Exception {
        if (arguments.length < 2) {
            System.err.println("usage: java -cp CLASSES:JAR... Services LIST JAR...");
            System.exit(2);
        }
        Set<String> services = new TreeSet<>();
        for (String jar : List.of(arguments).subList(1, arguments.length)) {
            collect(new File(jar), services);
        }
        services.removeIf(service -> isUnused(service) || !usable(service));
        Files.write(Path.of(arguments[0]), services);
        System.out.println(arguments[0] + ": " + services.size() + " services");
    }

    private static void collect(File file, Set<String> services) throws IOException {
        try (var jar = new JarFile(file)) {
            for (JarEntry entry : (Iterable<JarEntry>) jar.stream()::iterator) {
                String name = entry.getName();
                if (entry.isDirectory()) {
                    continue;
                }
                if (name.startsWith(OWN) && name.indexOf('/', OWN.length()) > 0) {
                    services.add(name.substring(OWN.length()));
                } else if (name.startsWith(JAVA)) {
                    String type = name.substring("META-INF/services/".length());
                    try (var in = jar.getInputStream(entry)) {
                        new String(in.readAllBytes(), StandardCharsets.UTF_8)
                                .lines()
                                .map(line -> line.replaceFirst("#.*", "").strip())
                                .filter(line -> !line.isEmpty())
                                .forEach(line -> services.add(type + "/" + line));
                    }
                }
            }
        }
    }

    private static boolean isUnused(String service) {
        return Arrays.stream(service.split("/"))
                .anyMatch(name -> UNUSED.stream().anyMatch(name::startsWith));
    }

    private static boolean usable(String service) {
        String name = service.substring(service.indexOf('/') + 1);
        try {
            Object made = Class.forName(name).getDeclaredConstructor().newInstance();
            return !(made instanceof BeanDefinitionReference<?> definition) || loads(definition);
        } catch (ReflectiveOperationException | LinkageError e) {
            return false;
        }
    }

    /**
     * Returns whether a bean definition can be loaded. Only loading shows that a bean needs a
     * missing class, and the guard would not start with it.
     */
    private static boolean loads(BeanDefinitionReference<?> definition) {
        try {
            definition.load((BeanContext) null);
            return true;
        } catch (BeanInstantiationException e) {
            return false;
        } catch (NullPointerException e) {
            return true; // it got as far as the bean context, which is null here
        }
    }
}
