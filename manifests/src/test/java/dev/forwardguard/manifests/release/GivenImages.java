package dev.forwardguard.manifests.release;

import com.fasterxml.jackson.databind.node.ObjectNode;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What {@code .ci/release VERSION oci:DIRECTORY} writes on a machine with some CPU architecture, of
 * images with a few bytes: all that a release checks is there, and nothing can be run.
 *
 * @param content of the only layer; images with the same content are the same
 */
record GivenImages(String version, String revision, String architecture, String content) {
    static final List<String> NAMES = List.of("bot-block-guard", "authentik-guard", "edge-routes");
    static final String SBOM = "application/vnd.cyclonedx+json";

    private static final String CONFIG = "application/vnd.oci.image.config.v1+json";
    private static final String LABELS = "org.opencontainers.image.";
    private static final String BASE = "sha256:" + "0".repeat(64);

    /** Writes all images and returns the directory. */
    Path writeTo(Path directory) {
        for (String name : NAMES) {
            write(OciLayout.createIn(directory.resolve(name)), name);
        }
        return directory;
    }

    private void write(OciLayout layout, String name) {
        Map<String, String> labels = labels(name);
        ObjectNode layer =
                layout.add(
                        content + " of " + name + " for " + architecture,
                        "application/vnd.oci.image.layer.v1.tar+gzip");
        ObjectNode manifest = manifest(layout.add(config(layer, labels), CONFIG), layer);
        ObjectNode image = layout.add(manifest, OciLayout.MANIFEST);
        attachSbom(layout, image);
        ObjectNode index = index(image);
        ObjectNode annotations = index.putObject("annotations");
        labels.forEach(
                (key, value) -> {
                    if (!key.contains(".base.")) {
                        annotations.put(key, value);
                    }
                });
        layout.tag(layout.add(index, OciLayout.INDEX), version);
    }

    private ObjectNode config(ObjectNode layer, Map<String, String> labels) {
        ObjectNode config = OciLayout.object().put("os", "linux").put("architecture", architecture);
        ObjectNode settings = config.putObject("config").put("User", "65532:65532");
        settings.putObject("ExposedPorts").putObject("8080/tcp");
        ObjectNode each = settings.putObject("Labels");
        labels.forEach(each::put);
        config.putObject("rootfs")
                .put("type", "layers")
                .putArray("diff_ids")
                .add(layer.path("digest").asText());
        return config;
    }

    private Map<String, String> labels(String name) {
        return Map.ofEntries(
                Map.entry(LABELS + "title", name),
                Map.entry(LABELS + "description", "an image of a test"),
                Map.entry(LABELS + "licenses", "Apache-2.0"),
                Map.entry(LABELS + "source", "https://example.com/source"),
                Map.entry(LABELS + "url", "https://example.com"),
                Map.entry(LABELS + "version", version),
                Map.entry(LABELS + "revision", revision),
                Map.entry(LABELS + "created", "2026-11-20T00:00:00Z"),
                Map.entry(LABELS + "base.name", "registry.example.com/base:1"),
                Map.entry(LABELS + "base.digest", BASE));
    }

    private ObjectNode index(ObjectNode image) {
        image.putObject("platform").put("os", "linux").put("architecture", architecture);
        ObjectNode index = OciLayout.object().put("schemaVersion", 2);
        index.put("mediaType", OciLayout.INDEX).putArray("manifests").add(image);
        return index;
    }

    private static ObjectNode manifest(ObjectNode config, ObjectNode layer) {
        ObjectNode manifest = OciLayout.object().put("schemaVersion", 2);
        manifest.put("mediaType", OciLayout.MANIFEST).set("config", config);
        manifest.putArray("layers").add(layer);
        return manifest;
    }

    private void attachSbom(OciLayout layout, ObjectNode image) {
        ObjectNode sbom = OciLayout.object().put("bomFormat", "CycloneDX");
        sbom.putObject("metadata").putObject("component").put("version", version);
        var components = sbom.putArray("components");
        components.addObject().put("name", "openjdk").put("version", "25");
        components.addObject().put("bom-ref", "base").put("version", BASE);
        components.addObject().put("purl", "pkg:deb/debian/libc6@1?arch=" + architecture);
        ObjectNode manifest =
                manifest(
                        layout.add("{}", "application/vnd.oci.empty.v1+json"),
                        layout.add(sbom, SBOM));
        manifest.put("artifactType", SBOM).set("subject", image.deepCopy());
        layout.tag(
                layout.add(manifest, OciLayout.MANIFEST),
                image.path("digest").asText().replace(':', '-') + ".sbom");
    }
}
