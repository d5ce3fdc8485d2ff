package dev.forwardguard.manifests;

import dev.forwardguard.servers.Repository;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.RecordComponent;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads variables, constants and header names from the classes in a guard's jars, so that tests
 * need not repeat them.
 */
final class GuardCode implements AutoCloseable {
    /** {@code ${guard.port:8080}}, and the name of a variable as a constant of a class. */
    private static final Pattern PLACEHOLDER =
            Pattern.compile("\\$\\{(guard\\.[a-z.-]+)(?::([^}]*))?}|(GUARD_[A-Z_]+)");

    private static final Pattern OF_A_PROPERTY = Pattern.compile("[.-]|(?<=[a-z])(?=[A-Z])");

    private final List<Path> jars;
    private final URLClassLoader loader;

    private GuardCode(List<Path> jars, URLClassLoader loader) {
        this.jars = jars;
        this.loader = loader;
    }

    static GuardCode of(String guard) {
        Path jar = Repository.jarOf(guard);
        Path libraries = jar.resolveSibling("lib");
        try (var files = Files.newDirectoryStream(libraries, "*.jar")) {
            List<Path> all = new ArrayList<>(List.of(jar));
            files.forEach(all::add);
            URL[] places = new URL[all.size()];
            Arrays.setAll(places, i -> url(all.get(i)));
            List<Path> own =
                    all.stream().filter(each -> each.equals(jar) || isShared(each)).toList();
            return new GuardCode(
                    own, new URLClassLoader(places, ClassLoader.getPlatformClassLoader()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The environment variables that the guard reads, each with its default or an empty string. */
    Map<String, String> variables() {
        Map<String, String> variables = new TreeMap<>();
        for (Path jar : jars) {
            try (var open = new JarFile(jar.toFile())) {
                for (JarEntry entry : open.stream().filter(each -> !each.isDirectory()).toList()) {
                    var bytes = open.getInputStream(entry).readAllBytes();
                    var text = new String(bytes, StandardCharsets.ISO_8859_1);
                    var found = PLACEHOLDER.matcher(text);
                    while (found.find()) {
                        if (found.group(3) != null) {
                            variables.putIfAbsent(found.group(3), "");
                        } else {
                            String value = found.group(2);
                            variables.put(variable(found.group(1)), value == null ? "" : value);
                        }
                    }
                    String file = entry.getName();
                    if (file.startsWith("dev/forwardguard/") && file.endsWith(".class")) {
                        addProperties(load(file), variables);
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return variables;
    }

    /** The value of a constant, even if it is private. */
    Object constant(String className, String name) {
        try {
            Field field = loader.loadClass(className).getDeclaredField(name);
            field.setAccessible(true);
            return field.get(null);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("the classes are not as expected", e);
        }
    }

    /** The names of the twelve identity headers. */
    List<String> identityHeaders() {
        var names = (List<?>) constant("dev.forwardguard.authentik.IdentityHeaders", "NAMES");
        return names.stream().map(String.class::cast).toList();
    }

    private static void addProperties(Class<?> type, Map<String, String> variables) {
        String prefix = text(type.getAnnotations(), "ConfigurationProperties", "value");
        if (type.isRecord() && !prefix.isEmpty()) {
            RecordComponent[] components = type.getRecordComponents();
            var parameters = type.getDeclaredConstructors()[0].getParameterAnnotations();
            for (int i = 0; i < components.length; i++) {
                variables.put(
                        variable(prefix + "." + components[i].getName()),
                        text(parameters[i], "Bindable", "defaultValue"));
            }
        }
        Stream.<Executable>concat(
                        Stream.of(type.getDeclaredConstructors()),
                        Stream.of(type.getDeclaredMethods()))
                .flatMap(each -> Stream.of(each.getParameterAnnotations()))
                .filter(each -> text(each, "Property", "name").startsWith("guard."))
                .forEach(
                        each ->
                                variables.put(
                                        variable(text(each, "Property", "name")),
                                        text(each, "Property", "defaultValue")));
    }

    /** The value of an annotation's element, by reflection: its class has another class loader. */
    private static String text(Annotation[] annotations, String type, String element) {
        for (Annotation annotation : annotations) {
            if (annotation.annotationType().getSimpleName().equals(type)) {
                try {
                    var value = annotation.annotationType().getMethod(element).invoke(annotation);
                    return String.valueOf(value);
                } catch (ReflectiveOperationException e) {
                    throw new LinkageError("the classes are not as expected", e);
                }
            }
        }
        return "";
    }

    private static String variable(String property) {
        return OF_A_PROPERTY.matcher(property).replaceAll("_").toUpperCase(Locale.ROOT);
    }

    private Class<?> load(String entry) {
        String name = entry.substring(0, entry.length() - ".class".length()).replace('/', '.');
        try {
            return Class.forName(name, false, loader);
        } catch (ClassNotFoundException e) {
            throw new LinkageError("the classes are not as expected", e);
        }
    }

    private static boolean isShared(Path jar) {
        return String.valueOf(jar.getFileName()).startsWith("shared-");
    }

    private static URL url(Path path) {
        try {
            return path.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        loader.close();
    }
}
