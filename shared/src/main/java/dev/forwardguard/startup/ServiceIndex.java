package dev.forwardguard.startup;

import io.micronaut.core.io.service.SoftServiceLoader.Optimizations;
import io.micronaut.core.io.service.SoftServiceLoader.StaticDefinition;
import io.micronaut.core.io.service.SoftServiceLoader.StaticServiceLoader;
import io.micronaut.core.optim.StaticOptimizations;
import io.micronaut.inject.BeanDefinitionReference;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Loads Micronaut's services, mostly bean definitions, from a list in the image. Without the list
 * Micronaut opens twenty jars as file systems at each start and walks through them (40 ms). The
 * system property {@code guard.services} names the file. Its lines are {@code type/implementation},
 * and it contains every type that has any service.
 */
public final class ServiceIndex implements StaticOptimizations.Loader<Optimizations> {
    /**
     * There are more than 300. Several threads may create them, because at that time there is
     * nothing yet that they could wait for.
     */
    private static final String DEFINITIONS = BeanDefinitionReference.class.getName();

    @Override
    public Optimizations load() {
        String file = System.getProperty("guard.services");
        return new Optimizations(file == null ? Map.of() : read(Path.of(file)));
    }

    private static Map<String, StaticServiceLoader<?>> read(Path list) {
        Map<String, List<String>> names = new HashMap<>();
        try {
            for (String line : Files.readAllLines(list)) {
                int slash = line.indexOf('/');
                names.computeIfAbsent(line.substring(0, slash), type -> new ArrayList<>())
                        .add(line.substring(slash + 1));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, StaticServiceLoader<?>> services = new HashMap<>();
        names.forEach((type, all) -> services.put(type, new Named(all, type.equals(DEFINITIONS))));
        return services;
    }

    /**
     * The services of one type.
     *
     * @param names the names of their classes
     * @param onAllCores whether several threads may create them at once
     */
    private record Named(List<String> names, boolean onAllCores)
            implements StaticServiceLoader<Object> {

        @Override
        public Stream<StaticDefinition<Object>> findAll(Predicate<String> condition) {
            return names.stream()
                    .filter(condition)
                    .map(name -> StaticDefinition.of(name, () -> make(name)));
        }

        @Override
        public List<Object> load(
                Predicate<String> condition, @Nullable Predicate<Object> predicate) {
            Stream<String> wanted = onAllCores ? names.parallelStream() : names.stream();
            return wanted.filter(condition)
                    .map(Named::make)
                    .filter(service -> predicate == null || predicate.test(service))
                    .toList();
        }

        private static Object make(String name) {
            try {
                return Class.forName(name).getDeclaredConstructor().newInstance();
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("cannot create the Micronaut service " + name, e);
            }
        }
    }
}
