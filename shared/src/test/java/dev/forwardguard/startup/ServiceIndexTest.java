package dev.forwardguard.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.util.Objects.requireNonNull;

import io.micronaut.core.io.service.SoftServiceLoader.StaticServiceLoader;
import io.micronaut.inject.BeanDefinitionReference;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

class ServiceIndexTest {
    private static final String DEFINITIONS = BeanDefinitionReference.class.getName();

    @TempDir Path directory;

    @AfterEach
    void removeList() {
        System.clearProperty("guard.services");
    }

    /** One of several services that the tests list. */
    public static class First {}

    public static class Second {}

    public static class Broken {
        public Broken() {
            throw new UnsupportedOperationException("on purpose");
        }
    }

    private Map<String, StaticServiceLoader<?>> loaders(String... lines) throws Exception {
        Path list = Files.write(directory.resolve("services"), List.of(lines));
        System.setProperty("guard.services", list.toString());
        return new ServiceIndex().load().getServiceLoaders();
    }

    @Test
    void leavesSearchToMicronautWithoutList() {
        assertThat(new ServiceIndex().load().getServiceLoaders()).isEmpty();
    }

    @Test
    void createsListedServicesInOrder() throws Exception {
        for (String type : List.of("some.Type", DEFINITIONS)) {
            var services =
                    loaders(
                            type + "/" + First.class.getName(),
                            "another.Type/" + Broken.class.getName(),
                            type + "/" + Second.class.getName());

            assertThat(services).containsOnlyKeys(type, "another.Type");
            assertThat(requireNonNull(services.get(type)).load(null))
                    .hasExactlyElementsOfTypes(First.class, Second.class);
            assertThat(
                            requireNonNull(services.get(type))
                                    .load(service -> service instanceof Second))
                    .hasExactlyElementsOfTypes(Second.class);
            assertThat(requireNonNull(services.get(type)).findAll(name -> name.endsWith("First")))
                    .singleElement()
                    .satisfies(
                            definition -> assertThat(definition.load()).isInstanceOf(First.class));
        }
    }

    @Test
    void rejectsUnusableList() throws Exception {
        var services =
                loaders("some.Type/" + Broken.class.getName(), "another.Type/no.such.Service");

        assertThatThrownBy(() -> requireNonNull(services.get("some.Type")).load(null))
                .hasMessageContaining(Broken.class.getName());
        assertThatThrownBy(() -> requireNonNull(services.get("another.Type")).load(null))
                .hasMessageContaining("no.such.Service");
        System.setProperty("guard.services", directory.resolve("none").toString());
        assertThatThrownBy(() -> new ServiceIndex().load())
                .isInstanceOf(UncheckedIOException.class);
    }
}
