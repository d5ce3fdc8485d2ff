package dev.forwardguard.edge.routes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.edge.routes.ObjectName.Kind;
import dev.forwardguard.edge.routes.ObjectName.Protocol;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

class KeyTreeTest {
    private static final ObjectName SITE = router("site");

    @TempDir private Path directory;

    private static ObjectName router(String name) {
        return new ObjectName(Protocol.HTTP, Kind.ROUTERS, name);
    }

    @ParameterizedTest
    @CsvSource({
        "http/routers/site/rule,http.routers.site",
        "HTTP//Routers/Site/,http.routers.Site",
        "tcp/serversTransports/a/tls,tcp.serversTransports.a",
        "tls/options/default/minVersion,tls.options.default",
        "tls/certificates/00/certFile,tls.certificates",
        "http/routers/site,http.routers.site",
        "http/routers,",
        "htp/routers/site/rule,",
        "udp/middlewares/a/b,",
        "http/models/a/tls,",
        "tls/routers/a/b,",
    })
    void keysBelongToObjects(String key, @Nullable String object) {
        assertThat(ObjectName.ofKey(key).map(ObjectName::toString)).isEqualTo(optional(object));
    }

    private static Optional<String> optional(@Nullable String text) {
        return Optional.ofNullable(text);
    }

    @Test
    void namesHaveNoCase() {
        KeyTree tree =
                KeyTree.of(
                        Map.of(
                                "http/routers/site/rule", "a",
                                "http/routers/Site/service", "b",
                                "http/Routers/SITE/priority", "3"));

        assertThat(tree.objects()).containsOnlyKeys(SITE);
        assertThat(tree.objects().get(SITE)).hasSize(3);
        assertThat(router("site")).isEqualTo(router("Site")).hasSameHashCodeAs(router("SITE"));
    }

    @Test
    void findsReferences() {
        KeyTree tree =
                KeyTree.of(
                        Map.of(
                                "http/routers/site/service", "a@etcd",
                                "http/routers/site/middlewares/0", "b",
                                "http/routers/site/middlewares/1", "c@file",
                                "http/routers/site/tls/options", "default",
                                "http/routers/other/service", "ping@internal",
                                "http/routers/other/Middlewares", "b, d",
                                "http/middlewares/b/chain/middlewares/0", "d",
                                "http/middlewares/d/errors/service", "a",
                                "http/services/a/weighted/services/0/name", "e"));

        assertThat(tree.references())
                .hasToString(
                        "{http.routers.other=[http.middlewares.b, http.middlewares.d],"
                                + " http.routers.site=[http.services.a, http.middlewares.b],"
                                + " http.services.a=[http.services.e],"
                                + " http.middlewares.b=[http.middlewares.d],"
                                + " http.middlewares.d=[http.services.a]}");
    }

    @Test
    void findsReferencesByNamesThatFilesMustNotHave() {
        KeyTree tree =
                KeyTree.of(
                        Map.of(
                                "http/routers/site/middlewares/0", "log in@etcd",
                                "http/routers/site/service", "übung",
                                "http/middlewares/log in/basicAuth/users/0", "a:b"));

        assertThat(tree.references())
                .hasToString(
                        "{http.routers.site=[http.services.übung, http.middlewares.log in],"
                                + " http.middlewares.log in=[]}");
    }

    /** What a tree tells of itself is what the files said. */
    @Test
    void findsTheReferencesOfTheFullExample() throws IOException {
        Draft draft = FullExample.in(directory).draft();

        Map<ObjectName, Set<ObjectName>> linked =
                draft.links().stream()
                        .collect(
                                Collectors.groupingBy(
                                        Draft.Link::from,
                                        Collectors.mapping(
                                                Draft.Link::to,
                                                Collectors.toCollection(TreeSet::new))));

        KeyTree tree = draft.keyTree();
        assertThat(tree.strays()).isEmpty();
        assertThat(tree.objects().keySet()).containsAll(draft.objects().keySet());
        tree.references()
                .forEach(
                        (object, named) ->
                                assertThat(named)
                                        .as(object.toString())
                                        .isEqualTo(linked.getOrDefault(object, Set.of())));
    }

    @Test
    void knowsStrays() {
        KeyTree tree = KeyTree.of(Map.of("htp/routers/a/rule", "x", "http/routers/a/rule", "x"));

        assertThat(tree.strays()).containsExactly("htp/routers/a/rule");
        assertThat(tree).hasToString("2 keys");
    }

    @Test
    void prefixes() {
        assertThat(SITE.prefix()).isEqualTo("http/routers/site/");
        assertThat(new ObjectName(Protocol.TLS, Kind.CERTIFICATES, "").prefix())
                .isEqualTo("tls/certificates/");
    }
}
