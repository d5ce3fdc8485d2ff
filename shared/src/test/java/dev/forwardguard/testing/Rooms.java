package dev.forwardguard.testing;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;

import java.util.Arrays;
import java.util.List;

/**
 * The packages as layers, from the top down. A package sees those that are named behind it and no
 * others; what a new class needs to see says where it belongs.
 */
enum Rooms {
    BOTBLOCK("botblock", "RUNTIME GUARD UPSTREAM HTTP1 OUTCOME SETTINGS LIVE"),
    AUTHENTIK(
            "authentik",
            "EMERGENCY PAGES RUNTIME GUARD UPSTREAM HTTP1 OUTCOME SETTINGS LIVE HTPASSWD"),
    PASSTHROUGH(
            "authentik.passthrough",
            "AUTHENTIK EMERGENCY PAGES SERVER GUARD HTTP1 OUTCOME SETTINGS"),
    EMERGENCY(
            "authentik.emergency",
            "AUTHENTIK LOGIN PAGES KUBERNETES HTPASSWD TELEMETRY GUARD OUTCOME SETTINGS LIVE TIME"),
    LOGIN("authentik.login", "HTPASSWD TIME"),
    PAGES("authentik.pages", "GUARD OUTCOME"),
    KUBERNETES("kubernetes..", "LIVE TIME"),
    HTPASSWD("htpasswd", ""),
    RUNTIME("runtime", "STARTUP SERVER TELEMETRY GUARD UPSTREAM MEMORY SETTINGS LIVE TIME"),
    STARTUP("startup", ""),
    SERVER("server", "TELEMETRY GUARD HTTP1 MEMORY OUTCOME TIME"),
    TELEMETRY("telemetry", "GUARD UPSTREAM BREAKER OUTCOME SETTINGS LIVE"),
    GUARD("guard", "HTTP1 OUTCOME SETTINGS LIVE"),
    UPSTREAM("upstream", "BREAKER CONNECTION HTTP1 MEMORY OUTCOME SETTINGS TIME"),
    BREAKER("upstream.breaker", "SETTINGS TIME"),
    CONNECTION("upstream.connection", "UPSTREAM HTTP1 MEMORY OUTCOME SETTINGS TIME"),
    SETTINGS("settings", "HTTP1 LIVE"),
    HTTP1("http1", "OUTCOME"),
    MEMORY("memory", ""),
    OUTCOME("outcome", ""),
    LIVE("live", "TIME"),
    TIME("time", "");

    private static final String ROOT = "dev.forwardguard.";

    private final String packages;
    private final String seen;

    Rooms(String packages, String seen) {
        this.packages = ROOT + packages;
        this.seen = seen;
    }

    /** That each class is in one of them, and sees no more than it may. */
    static List<ArchRule> rules() {
        return List.of(
                classes().should().resideInAnyPackage(all()),
                layers(),
                // parsers of bytes: everybody else has requests and responses
                classes()
                        .that(resideInAPackage(HTTP1.packages))
                        .and()
                        .haveSimpleNameNotContaining("Header")
                        .should()
                        .onlyBeAccessed()
                        .byClassesThat(
                                resideInAnyPackage(
                                        HTTP1.packages, SERVER.packages, CONNECTION.packages)));
    }

    private static String[] all() {
        return Arrays.stream(values()).map(room -> room.packages).toArray(String[]::new);
    }

    private static ArchRule layers() {
        LayeredArchitecture layers =
                layeredArchitecture()
                        .consideringOnlyDependenciesInLayers()
                        .withOptionalLayers(true);
        for (Rooms room : values()) {
            layers = layers.layer(room.name()).definedBy(room.packages);
        }
        for (Rooms room : values()) {
            var layer = layers.whereLayer(room.name());
            layers =
                    room.seen.isEmpty()
                            ? layer.mayNotAccessAnyLayer()
                            : layer.mayOnlyAccessLayers(room.seen.split(" "));
        }
        return layers;
    }
}
