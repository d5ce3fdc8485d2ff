package dev.forwardguard.manifests.release;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import dev.forwardguard.manifests.BesideOthers;
import dev.forwardguard.servers.rendered.Kustomization;
import dev.forwardguard.servers.rendered.Rendered;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Tests {@code .ci/release} with small images, which it is given instead of building them. */
@BesideOthers
@EnabledOnOs(OS.LINUX)
class ReleaseIT {
    @TempDir private static Path directory;
    private static ReleaseCheckout checkout;
    private static String before;

    /** Where the images of this test go. */
    @TempDir private Path target;

    @BeforeAll
    static void prepare() {
        checkout = ReleaseCheckout.in(directory);
        before = checkout.revision();
        checkout.commit();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "v0.1.0",
                "0.1",
                "stable",
                "01.2.3",
                "1.2.3-",
                "1.2.3-01",
                "1.2.3-a..b",
                "1.2.3+4"
            })
    void rejectsWhatIsNoVersion(String version) {
        assertRejected(release(version), version);
    }

    @ParameterizedTest
    @ValueSource(strings = {"oci:", "oci:a:b", "https://example.com/a", "Example", "a b", "a/"})
    void rejectsWhatIsNoRegistry(String registry) {
        assertRejected(checkout.release("0.1.0", registry), registry.replaceFirst("^oci:a", "a"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--force", "--from"})
    void rejectsUnknownOptionsAndMissingValues(String option) {
        assertRejected(checkout.release("0.1.0", "oci:" + target, option), "--help");
    }

    @Test
    void rejectsUncommittedChanges() throws IOException {
        Path change = Files.createFile(checkout.root().resolve("new-file"));

        var ended = release("0.1.0", "--from", given("0.1.0", "amd64"));

        Files.delete(change);
        assertRejected(ended, "uncommitted changes: ?? new-file");
    }

    @Test
    void rejectsVersionThatIsTaggedElsewhere() {
        checkout.git("tag", "v9.9.9", before);

        assertRejected(
                release("9.9.9", "--from", given("9.9.9", "amd64")), "v9.9.9 is commit " + before);
    }

    @Test
    void rejectsImagesOfAnotherCommit() {
        Path given =
                new GivenImages("0.1.0", before, "amd64", "a layer").writeTo(directory("another"));

        assertRejected(release("0.1.0", "--from", given.toString()), "0.1.0 of commit " + before);
        assertThat(images()).doesNotExist();
    }

    @Test
    void rejectsVersionThatIsPublishedFromAnotherCommit() {
        new GivenImages("0.1.0", before, "arm64", "a layer").writeTo(images());
        String digest = digest("edge-routes", "0.1.0");

        var ended = release("0.1.0", "--from", given("0.1.0", "amd64"));

        assertRejected(ended, "is there already, with other content: 0.1.0 of commit " + before);
        assertThat(digest("edge-routes", "0.1.0")).isEqualTo(digest);
    }

    @Test
    void replacesNoImage() {
        assertReleased(release("0.1.0", "--from", given("0.1.0", "amd64")));
        String digest = digest("bot-block-guard", "0.1.0");
        Path other =
                new GivenImages("0.1.0", checkout.revision(), "amd64", "another layer")
                        .writeTo(directory("another"));

        var ended = release("0.1.0", "--from", other.toString());

        assertRejected(ended, "0.1.0 has another image for linux/amd64; it is never replaced");
        assertThat(digest("bot-block-guard", "0.1.0")).isEqualTo(digest);
    }

    @Test
    void addsImagesOfEachArchitectureToOneIndex() {
        String amd64 = given("0.1.0", "amd64");
        String arm64 = given("0.1.0", "arm64");

        assertReleased(release("0.1.0", "--from", amd64));
        assertThat(platforms("authentik-guard", "stable")).containsExactly("amd64");
        assertReleased(release("0.1.0", "--from", arm64));

        for (String image : GivenImages.NAMES) {
            assertThat(platforms(image, "0.1.0")).containsExactly("amd64", "arm64");
            assertThat(layout(image).tags()).contains("0.1.0", "0.1", "stable");
            assertThat(digest(image, "0.1")).isEqualTo(digest(image, "0.1.0"));
            assertThat(digest(image, "stable")).isEqualTo(digest(image, "0.1.0"));
        }
        String together = digest("bot-block-guard", "0.1.0");
        Path second = target.resolve("second");
        assertReleased(releaseTo(second, "0.1.0", "--from", arm64, "--from", amd64));
        assertThat(new OciLayout(second.resolve("bot-block-guard")).digest("0.1.0"))
                .hasValue(together);
    }

    /** As after a push that was interrupted. */
    @Test
    void repeatsRelease() {
        String given = given("0.1.0", "amd64");
        assertReleased(release("0.1.0", "--from", given));
        String digest = digest("edge-routes", "0.1.0");

        assertReleased(release("0.1.0", "--from", given));

        assertThat(digest("edge-routes", "0.1.0")).isEqualTo(digest);
    }

    @Test
    void movesNoTagToPreRelease() {
        assertReleased(release("0.1.0", "--from", given("0.1.0", "amd64")));

        assertReleased(release("0.2.0-rc.1", "--from", given("0.2.0-rc.1", "amd64")));

        assertThat(layout("bot-block-guard").tags()).contains("0.2.0-rc.1").doesNotContain("0.2");
        assertThat(version("stable")).isEqualTo("0.1.0");
    }

    @Test
    void movesNoTagToOlderVersion() {
        assertReleased(release("0.1.9", "--from", given("0.1.9", "amd64")));
        assertReleased(release("0.2.0", "--from", given("0.2.0", "amd64")));

        var ended = release("0.1.10", "--from", given("0.1.10", "amd64"));

        assertReleased(ended);
        assertThat(ended.output()).contains("bot-block-guard:stable stays at 0.2.0");
        assertThat(version("0.1")).isEqualTo("0.1.10");
        assertThat(version("stable")).isEqualTo("0.2.0");
    }

    @Test
    void attachesSbomToEachImage() {
        assertReleased(
                release(
                        "0.1.0",
                        "--from",
                        given("0.1.0", "amd64"),
                        "--from",
                        given("0.1.0", "arm64")));

        OciLayout layout = layout("authentik-guard");
        for (JsonNode image : layout.tagged("0.1.0").path("manifests")) {
            String digest = image.path("digest").asText();
            JsonNode manifest = layout.tagged(digest.replace(':', '-') + ".sbom");
            assertThat(manifest.path("artifactType").asText()).isEqualTo(GivenImages.SBOM);
            assertThat(manifest.at("/subject/digest").asText()).isEqualTo(digest);
        }
        assertThat(files().resolve("authentik-guard-linux-arm64.cdx.json"))
                .content()
                .contains("libc6@1?arch=arm64");
    }

    /** The objects of each overlay as they are, except for our images. */
    @Test
    void pinsDigestsInFilesToInstall() throws IOException {
        assertReleased(release("0.1.0", "--from", given("0.1.0", "amd64")));

        for (String kustomization : kustomizations()) {
            String name = "install-" + Path.of(kustomization).getFileName() + ".yaml";
            String text = Files.readString(files().resolve(name));
            assertThat(text).startsWith("# forward-guard 0.1.0, manifests/" + kustomization);
            for (String image : GivenImages.NAMES) {
                text =
                        text.replace(
                                published(image) + "@" + digest(image, "0.1.0"),
                                published(image) + ":stable");
            }
            assertThat(Rendered.read(kustomization, text).nodes())
                    .as(kustomization)
                    .isEqualTo(Kustomization.of(kustomization).nodes());
            assertThat(files().resolve("SHA256SUMS")).content().contains(name);
        }
    }

    private static String published(String image) {
        return "ghcr.io/forward-guard/" + image;
    }

    private static List<String> kustomizations() throws IOException {
        try (var overlays = Files.list(Kustomization.MANIFESTS.resolve("overlays"))) {
            return Stream.concat(
                            Stream.of("base"),
                            overlays.map(each -> "overlays/" + each.getFileName()))
                    .toList();
        }
    }

    @Test
    void noticesWhatIsDamaged() throws IOException {
        assertReleased(release("0.1.0", "--from", given("0.1.0", "amd64")));
        String files = files().toString();
        assertReleased(release("0.1.0", "--verify", "--output", files));

        Path list = files().resolve("images.txt");
        String images = Files.readString(list);
        Files.writeString(list, "");
        assertRejected(release("0.1.0", "--verify", "--output", files), "does not match");
        Files.writeString(list, images);

        OciLayout layout = layout("edge-routes");
        String image = layout.tagged("0.1.0").at("/manifests/0/digest").asText();
        Path layer = layout.blob(layout.read(image).at("/layers/0/digest").asText());
        Files.writeString(layer, Files.readString(layer).replace("layer", "LAYER"));
        assertRejected(release("0.1.0", "--verify"), "edge-routes:0.1.0 cannot be read back");
    }

    @Test
    void noticesTagThatIsElsewhere() throws IOException {
        assertReleased(release("0.1.0", "--from", given("0.1.0", "amd64")));
        assertReleased(release("0.1.1", "--from", given("0.1.1", "amd64")));
        Path index = layout("bot-block-guard").directory().resolve("index.json");

        Files.writeString(
                index,
                Files.readString(index)
                        .replace(
                                digest("bot-block-guard", "0.1.1"),
                                digest("bot-block-guard", "0.1.0")));

        assertRejected(release("0.1.1", "--verify"), "version of the index is '0.1.0'");
    }

    @Test
    void releasesToRegistry() {
        String amd64 = given("0.1.0", "amd64");
        String arm64 = given("0.1.0", "arm64");
        try (var registry = Registry.startIn(target.resolve("registry"))) {
            assertReleased(releaseTo(registry, "0.1.0", "--from", amd64));
            assertReleased(releaseTo(registry, "0.1.0", "--from", arm64));
            assertReleased(releaseTo(registry, "0.1.0", "--from", amd64, "--from", arm64));
            assertReleased(
                    releaseTo(registry, "0.2.0-rc.1", "--from", given("0.2.0-rc.1", "amd64")));
            Path other =
                    new GivenImages("0.1.0", checkout.revision(), "arm64", "another layer")
                            .writeTo(directory("another"));
            assertRejected(
                    releaseTo(registry, "0.1.0", "--from", other.toString()),
                    registry.name() + "/bot-block-guard:0.1.0 has another image for linux/arm64");

            var ended = releaseTo(registry, "0.1.0", "--verify");

            assertReleased(ended);
            assertReleased(release("0.1.0", "--from", amd64, "--from", arm64));
            assertThat(ended.output())
                    .contains(
                            registry.name()
                                    + "/bot-block-guard:0.1.0 is "
                                    + digest("bot-block-guard", "0.1.0")
                                    + " for linux/amd64 linux/arm64");
        }
    }

    @Test
    void saysThatRegistryIsNotThere() {
        var ended = checkout.release("--from", given("0.1.0", "amd64"), "0.1.0", "127.0.0.1:9/a");

        assertRejected(ended, "connection refused");
    }

    private static void assertReleased(ReleaseCheckout.Ended ended) {
        assertThat(ended.output()).contains("== ").doesNotContain(".ci/release: ");
        assertThat(ended.status()).as(ended.output()).isZero();
    }

    private static void assertRejected(ReleaseCheckout.Ended ended, String reason) {
        assertThat(ended.output()).contains(reason);
        assertThat(ended.status()).as(ended.output()).isEqualTo(1);
    }

    private ReleaseCheckout.Ended release(String version, String... options) {
        return releaseTo(images(), version, options);
    }

    private ReleaseCheckout.Ended releaseTo(Path images, String version, String... options) {
        return release(version, "oci:" + images, List.of(options));
    }

    private ReleaseCheckout.Ended releaseTo(Registry registry, String version, String... options) {
        return release(
                version,
                registry.name(),
                Stream.concat(Stream.of("--plain-http"), Stream.of(options)).toList());
    }

    private ReleaseCheckout.Ended release(String version, String registry, List<String> options) {
        Stream<String> output =
                options.contains("--verify")
                        ? Stream.of()
                        : Stream.of("--output", files().toString());
        return checkout.release(
                Stream.of(Stream.of(version, registry), options.stream(), output)
                        .flatMap(each -> each)
                        .toArray(String[]::new));
    }

    /** Images of the commit that is checked out. */
    private String given(String version, String architecture) {
        return new GivenImages(version, checkout.revision(), architecture, "a layer")
                .writeTo(directory(version + "-" + architecture))
                .toString();
    }

    private Path directory(String name) {
        return target.resolve(name);
    }

    private Path images() {
        return target.resolve("images");
    }

    private Path files() {
        return target.resolve("files");
    }

    private OciLayout layout(String image) {
        return new OciLayout(images().resolve(image));
    }

    private String digest(String image, String tag) {
        return layout(image).digest(tag).orElseThrow();
    }

    private String version(String tag) {
        return layout("bot-block-guard")
                .tagged(tag)
                .at("/annotations/org.opencontainers.image.version")
                .asText();
    }

    private List<String> platforms(String image, String tag) {
        return StreamSupport.stream(
                        layout(image).tagged(tag).path("manifests").spliterator(), false)
                .map(each -> each.at("/platform/architecture").asText())
                .toList();
    }
}
