package dev.forwardguard.edge.routes;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;

/** What is wrong only together. */
class ChecksTest {
    private static final String SERVICES =
            """
              services:
                plain: {loadBalancer: {servers: [{url: "http://a"}]}}
                healthy: {loadBalancer: {servers: [{url: "http://a"}], healthCheck: {path: /}}}
            """;

    @TempDir private Path directory;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{rule: Path(`/`), service: plain} | ",
                "{rule: Path(`/`), service: plain@etcd} | ",
                "{rule: Path(`/`), service: api@internal, entryPoints: [web, websecure]} | ",
                "{rule: Path(`/`)} | service is missing",
                "{service: plain} | rule is missing",
                "{rule: Path(`/`), service: plian} | no file has http.services.plian, did you mean plain?",
                "{rule: Path(`/`), service: Plain} | is written plain where it is defined",
                "{rule: Path(`/`), service: plain@file} | only provider is etcd",
                "{rule: Path(`/`), service: rest@internal} | of @internal there is only",
                "{rule: Path(`/`), service: plain, middlewares: [auth]} | no file has http.middlewares.auth",
                "{rule: Path(`/`), service: plain, entryPoints: [canary]} | is the canary's entry point",
                "{rule: Path(`/`), service: plain, entryPoints: [wbe]} | did you mean web?",
                "{rule: Path(`/`), service: plain, entryPoints: [dns]} | takes UDP only",
                "{rule: Path(`/`), service: plain, tls: {options: default}} | ",
                "{rule: Path(`/`), service: plain, tls: {options: no}} | no file has tls.options.no",
                "{rule: Path(`/`), service: plain, tls: {options: modern}} | has no effect without Host",
                "{rule: Host(`other`), service: plain, tls: {options: modern}} | ",
                "{rule: Host(`site`), service: plain, tls: {options: modern}} | Traefik takes the default for both",
                "{rule: Path(`/`), service: plain, ruleSyntax: v2} | write the rule in the syntax of version 3",
                "{rule: Path(`/`), service: plain, priority: 9223372036854775807} | must be from",
                "{rule: Path(`/`), service: plain, parentRefs: [site], tls: {}} | takes this from its parent",
            })
    void routers(String router, @Nullable String expected) {
        String yaml =
                "http:\n"
                        + SERVICES
                        + "  routers:\n    a: "
                        + router
                        + "\n    site: {rule: Host(`site`), service: plain, tls: {}}\n"
                        + "tls: {options: {modern: {minVersion: VersionTLS13}}}\n";

        assertFound(yaml, expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{weighted: {services: [{name: plain}]}} | ",
                "{weighted: {services: [{name: healthy}], healthCheck: {}}} | ",
                "{weighted: {services: [{name: plain}], healthCheck: {}}} | needs a service that has a healthCheck",
                "{weighted: {services: [{name: ping@internal}], healthCheck: {}}} | has no healthCheck",
                "{highestRandomWeight: {services: [{name: plain}], healthCheck: {}}} | needs a service that has a healthCheck",
                "{mirroring: {service: plain, healthCheck: {}}} | needs a service that has a healthCheck",
                "{failover: {service: plain, fallback: plain}} | needs a service that has a healthCheck",
                "{failover: {service: plain, fallback: plain, errors: {status: [500]}}} | ",
                "{failover: {service: healthy, fallback: plain, healthCheck: {}}} | keys cannot express it",
                "{failover: {service: healthy}} | fallback is missing",
                "{weighted: {services: [{name: a}]}} | leads back to itself: http.services.a",
                "{weighted: {services: [{name: b}]}} | leads back to itself",
                "{loadBalancer: {servers: [{weight: 1}]}} | url is missing",
                "{loadBalancer: {servers: [{url: \"http://a\"}]}, weighted: {services: [{name: plain}]}} | more than one kind",
                "{middlewares: [m]} | needs one of loadBalancer",
                "{middlewares: [pages], loadBalancer: {servers: [{url: \"http://a\"}]}} | leads back to itself",
                "{loadBalancer: {servers: [{url: \"http://a\"}], serversTransport: t}} | no file has http.serversTransports.t",
            })
    void services(String service, @Nullable String expected) {
        String yaml =
                "http:\n"
                        + SERVICES
                        + "    a: "
                        + service
                        + "\n    b: {weighted: {services: [{name: a}]}}\n"
                        + "  middlewares:\n    m: {compress: {}}\n"
                        + "    pages: {errors: {status: [404], service: a}}\n";

        assertFound(yaml, expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{chain: {middlewares: [a]}} | leads back to itself: http.middlewares.a → http.middlewares.a",
                "{chain: {middlewares: [b]}} | leads back to itself",
                "{retry: {attempts: 1, disableRetryOnNetworkError: true}} | retries nothing",
                "{retry: {attempts: 0}} | must be from 1",
                "{compress: {includedContentTypes: [a/b], excludedContentTypes: [c/d]}} | has both",
                "{compress: {encodings: [br], defaultEncoding: gzip}} | is not one of the encodings",
                "{rateLimit: {average: 1, sourceCriterion: {requestHost: true, requestHeaderName: A}}} | only one is possible",
                "{rateLimit: {average: 1, sourceCriterion: {requestHost: false, requestHeaderName: A}}} | ",
                "{inFlightReq: {amount: 1, sourceCriterion: {ipStrategy: {depth: 1}, requestHost: true}}} | only one is possible",
                "{inFlightReq: {amount: 1, sourceCriterion: {ipStrategy: {}}}} | is empty",
                "{ipAllowList: {sourceRange: [10.0.0.0/8], ipStrategy: {depth: 1, excludedIPs: [10.0.0.1]}}} | is ignored where there is a depth",
                "{forwardAuth: {address: \"http://a\", tls: {insecureSkipVerify: true}}} | ",
                "{forwardAuth: {tls: {insecureSkipVerify: true}}} | address is missing",
                "{circuitBreaker: {expression: NetworkErrorRatio() > 1}} | is no condition",
            })
    void middlewares(String middleware, @Nullable String expected) {
        assertFound(
                "http: {middlewares: {a: %s, b: {chain: {middlewares: [a]}}}}"
                        .formatted(middleware),
                expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{rule: HostSNI(`*`), service: s} | ",
                "{rule: HostSNI(`a`), service: s} | HostSNI with a name needs tls",
                "{rule: HostSNI(`a`), service: s, tls: {}} | ",
                "{rule: Host(`a`), service: s} | is no rule",
                "{rule: HostSNI(`*`)} | service is missing",
                "{rule: HostSNI(`*`), service: s, middlewares: [m]} | no file has tcp.middlewares.m",
                "{rule: HostSNI(`*`), service: s, observability: {metrics: true}} | unknown field",
            })
    void tcpRouters(String router, @Nullable String expected) {
        assertFound(
                "tcp: {routers: {a: %s}, services: {s: {loadBalancer: {servers: [{address: a:1}]}}}}"
                        .formatted(router),
                expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{service: s} | entryPoints is missing",
                "{service: s, entryPoints: [dns]} | ",
                "{service: s, entryPoints: [web]} | takes TCP",
                "{service: s, entryPoints: [dns], rule: Host(`a`)} | unknown field",
            })
    void udpRouters(String router, @Nullable String expected) {
        assertFound(
                "udp: {routers: {a: %s}, services: {s: {loadBalancer: {servers: [{address: a:1}]}}}}"
                        .formatted(router),
                expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "options: {a: {minVersion: TLS13}} | must be one of VersionTLS10",
                "options: {a: {minVersion: VersionTLS13, maxVersion: VersionTLS12}} | is above maxVersion",
                "options: {a: {clientAuth: {clientAuthType: RequireAndVerifyClientCert}}} | needs caFiles",
                "options: {a: {clientAuth: {clientAuthType: RequireAnyClientCert}}} | ",
                "options: {a: {preferServerCipherSuites: true}} | it has no effect",
                "stores: {other: {defaultCertificate: {certFile: a, keyFile: b}}} | only the store default",
                "certificates: [{certFile: a.pem}] | keyFile is missing",
                "certificates: [{certFile: missing.pem, keyFile: b.pem}] | neither PEM nor a file",
            })
    void tls(String tls, @Nullable String expected) {
        assertFound("tls: {%s}".formatted(tls), expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{minVersion: VersionTLS12} | needs maxVersion beside it",
                "{minVersion: VersionTLS12, maxVersion: VersionTLS13} | ",
                "{maxVersion: VersionTLS12} | ",
                "{spiffe: {trustDomain: a}} | no SPIFFE",
            })
    void serversTransports(String transport, @Nullable String expected) {
        assertFound("http: {serversTransports: {a: %s}}".formatted(transport), expected);
    }

    @Test
    void parentsHaveNoServiceAndMakeNoCycle() {
        String yaml =
                """
                http:
                  routers:
                    parent: {rule: Path(`/`), service: ping@internal, parentRefs: [child]}
                    child: {rule: Path(`/`), parentRefs: [parent]}
                """;

        assertThat(Written.problems(directory, yaml))
                .anyMatch(line -> line.contains("has no service of its own"))
                .anyMatch(line -> line.contains("leads back to itself"));
    }

    private void assertFound(String yaml, @Nullable String expected) {
        if (expected == null) {
            assertThat(Written.problems(directory, yaml)).isEmpty();
        } else {
            assertThat(Written.problems(directory, yaml))
                    .isNotEmpty()
                    .anyMatch(line -> line.contains(expected));
        }
    }
}
