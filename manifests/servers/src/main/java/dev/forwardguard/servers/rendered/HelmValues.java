package dev.forwardguard.servers.rendered;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** The keys in {@code helm-values} that people put into values of their own. */
public final class HelmValues {
    /**
     * Lists are comments there. Prose has one blank after its {@code #}, these none or an indent.
     */
    private static final Pattern COMMENTED = Pattern.compile("(?m)^#(?=(?: {2})*[-\\w])");

    private HelmValues() {}

    /** What a chart would get from the file as it is. */
    public static JsonNode asWritten(String chart) {
        return parsed(text(Kustomization.MANIFESTS, chart));
    }

    /** The same with the lists. */
    public static JsonNode withLists(String chart) {
        return withLists(Kustomization.MANIFESTS, chart);
    }

    /** The same of any checkout. */
    static JsonNode withLists(Path manifests, String chart) {
        return parsed(COMMENTED.matcher(text(manifests, chart)).replaceAll(""));
    }

    private static String text(Path manifests, String chart) {
        try {
            return Files.readString(manifests.resolve("helm-values").resolve(chart + ".yaml"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode parsed(String text) {
        try {
            return new YAMLMapper().readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
