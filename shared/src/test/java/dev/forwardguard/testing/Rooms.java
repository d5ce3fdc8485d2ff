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
 * The packages as layers, from the top down. A package may use the layers that are listed with it
 * and no others. What a new class needs to use decides where it belongs.
 */
enum Rooms {
    BOTBLOCK("botblock", "RUNTIME FORWARDED GUARD UPSTREAM CLIENT HTTP1 OUTCOME SETTINGS LIVE"),
    AUTHENTIK(
            "authentik",
            "EMERGENCY FORM SESSION HEALTH PAGES RUNTIME FORWARDED STATUS GUARD VERDICT UPSTREAM BREAKER CLIENT HTTP1 OUTCOME SETTINGS LIVE"
                    + " HTPASSWD"),
    PASSTHROUGH(
            "authentik.passthrough",
            "AUTHENTIK EMERGENCY SESSION PAGES SERVER STATUS GUARD VERDICT CONNECTION CLIENT HTTP1 OUTCOME SETTINGS"
                    + " TIME"),
    EMERGENCY(
            "authentik.emergency",
            "AUTHENTIK SESSION LOGIN PAGES KUBERNETES HTPASSWD STATUS TELEMETRY GUARD CLIENT HTTP1 OUTCOME SETTINGS LIVE"
                    + " TIME"),
    FORM(
            "authentik.emergency.form",
            "AUTHENTIK EMERGENCY SESSION PAGES SERVER GUARD CLIENT HTPASSWD OUTCOME SETTINGS"),
    SESSION("authentik.emergency.session", "LOGIN CLIENT HTPASSWD HTTP1 LIVE TIME"),
    /** Asks authentik by itself, and so uses its settings and the transport. */
    HEALTH("authentik.health", "AUTHENTIK STATUS GUARD UPSTREAM OUTCOME SETTINGS LIVE TIME"),
    SESSIONS("authentik.sessions", "AUTHENTIK STATUS GUARD VERDICT SETTINGS TIME"),
    LOGIN("authentik.login", "CLIENT HTPASSWD TIME"),
    PAGES("authentik.pages", "GUARD OUTCOME"),
    // a kubeconfig is YAML, as the settings are
    KUBERNETES("kubernetes..", "SETTINGS LIVE TIME"),
    HTPASSWD("htpasswd", ""),
    RUNTIME("runtime", "STARTUP SERVER STATUS TELEMETRY GUARD UPSTREAM MEMORY SETTINGS LIVE TIME"),
    STARTUP("startup", ""),
    SERVER("server", "STATUS TELEMETRY GUARD HTTP1 MEMORY OUTCOME TIME"),
    FORWARDED("forwarded", "STATUS GUARD CLIENT SETTINGS TIME"),
    STATUS("status", "TELEMETRY GUARD UPSTREAM BREAKER OUTCOME SETTINGS LIVE TIME"),
    TELEMETRY("telemetry", "GUARD UPSTREAM BREAKER OUTCOME SETTINGS LIVE TIME"),
    GUARD("guard", "HTTP1 OUTCOME SETTINGS LIVE"),
    VERDICT("verdict", "UPSTREAM CLIENT HTTP1 OUTCOME SETTINGS TIME"),
    UPSTREAM("upstream", "BREAKER CONNECTION CLIENT HTTP1 MEMORY OUTCOME SETTINGS TIME"),
    BREAKER("upstream.breaker", "SETTINGS TIME"),
    CONNECTION("upstream.connection", "UPSTREAM HTTP1 MEMORY OUTCOME SETTINGS TIME"),
    SETTINGS("settings", "CLIENT HTTP1 LIVE"),
    CLIENT("client", ""),
    HTTP1("http1", "OUTCOME"),
    MEMORY("memory", ""),
    OUTCOME("outcome", ""),
    LIVE("live", "TIME"),
    TIME("time", "");

    private static final String ROOT = "dev.forwardguard.";

    private final String packages;
    private final String visible;

    Rooms(String packages, String visible) {
        this.packages = ROOT + packages;
        this.visible = visible;
    }

    /** The rules that each class is in one of the layers, and uses no others than it may. */
    static List<ArchRule> rules() {
        return List.of(
                classes().should().resideInAnyPackage(all()),
                layers(),
                // parsers of bytes: all other packages use requests and responses
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
        return Arrays.stream(values()).map(each -> each.packages).toArray(String[]::new);
    }

    private static ArchRule layers() {
        LayeredArchitecture layers =
                layeredArchitecture()
                        .consideringOnlyDependenciesInLayers()
                        .withOptionalLayers(true);
        for (Rooms each : values()) {
            layers = layers.layer(each.name()).definedBy(each.packages);
        }
        for (Rooms each : values()) {
            var layer = layers.whereLayer(each.name());
            layers =
                    each.visible.isEmpty()
                            ? layer.mayNotAccessAnyLayer()
                            : layer.mayOnlyAccessLayers(each.visible.split(" "));
        }
        return layers;
    }
}
