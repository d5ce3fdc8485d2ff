package dev.forwardguard.manifests.release;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** A directory of images in the form of OCI's image layout. */
record OciLayout(Path directory) {
    static final String INDEX = "application/vnd.oci.image.index.v1+json";
    static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";

    private static final String NAME = "org.opencontainers.image.ref.name";
    private static final ObjectMapper JSON = new ObjectMapper();

    static OciLayout createIn(Path directory) {
        try {
            Files.createDirectories(directory.resolve("blobs/sha256"));
            Files.writeString(
                    directory.resolve("oci-layout"), "{\"imageLayoutVersion\": \"1.0.0\"}");
            Files.writeString(
                    directory.resolve("index.json"), "{\"schemaVersion\": 2, \"manifests\": []}");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new OciLayout(directory);
    }

    static ObjectNode object() {
        return JSON.createObjectNode();
    }

    /** Adds a blob, and returns its descriptor. */
    ObjectNode add(String content, String mediaType) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        String digest = "sha256:" + HexFormat.of().formatHex(sha256(bytes));
        try {
            Files.write(blob(digest), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return object().put("mediaType", mediaType).put("digest", digest).put("size", bytes.length);
    }

    ObjectNode add(JsonNode content, String mediaType) {
        return add(content.toString(), mediaType);
    }

    void tag(ObjectNode descriptor, String tag) {
        ObjectNode index = index();
        ObjectNode tagged = descriptor.deepCopy();
        tagged.putObject("annotations").put(NAME, tag);
        index.withArray("manifests").add(tagged);
        try {
            Files.writeString(directory.resolve("index.json"), index.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<String> tags() {
        return descriptors().map(each -> each.at("/annotations").path(NAME).asText()).toList();
    }

    Optional<String> digest(String tag) {
        return descriptors()
                .filter(each -> each.at("/annotations").path(NAME).asText().equals(tag))
                .map(each -> each.path("digest").asText())
                .findFirst();
    }

    /** What a tag points to. */
    JsonNode tagged(String tag) {
        return read(digest(tag).orElseThrow(() -> new AssertionError("no " + tag)));
    }

    JsonNode read(String digest) {
        try {
            return JSON.readTree(blob(digest).toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path blob(String digest) {
        return directory.resolve("blobs").resolve(digest.replace(':', '/'));
    }

    private Stream<JsonNode> descriptors() {
        return StreamSupport.stream(index().path("manifests").spliterator(), false);
    }

    private ObjectNode index() {
        try {
            return (ObjectNode) JSON.readTree(directory.resolve("index.json").toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
