package dev.forwardguard.edge.command;

import dev.forwardguard.edge.apply.Root;
import dev.forwardguard.edge.etcd.Credentials;
import dev.forwardguard.edge.etcd.Etcd;
import dev.forwardguard.edge.etcd.EtcdAccess;
import dev.forwardguard.edge.etcd.TlsFiles;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** How to reach etcd. */
final class EtcdOptions {
    @Option(
            names = "--endpoints",
            paramLabel = "URL",
            split = ",",
            defaultValue = "${env:EDGE_ETCD_ENDPOINTS:-http://127.0.0.1:2379}",
            description = "Client URLs of etcd's members (EDGE_ETCD_ENDPOINTS).")
    private List<URI> endpoints = List.of();

    @Option(
            names = "--user",
            defaultValue = "${env:EDGE_ETCD_USER}",
            description = "User of etcd (EDGE_ETCD_USER); none if authentication is off.")
    private @Nullable String user;

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            defaultValue = "${env:EDGE_ETCD_PASSWORD_FILE}",
            description =
                    "File with the password (EDGE_ETCD_PASSWORD_FILE). Without it, EDGE_ETCD_PASSWORD is used.")
    private @Nullable Path passwordFile;

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            defaultValue = "${env:EDGE_ETCD_CA}",
            description = "PEM file with the CA of etcd's certificate (EDGE_ETCD_CA).")
    private @Nullable Path ca;

    @Option(
            names = "--certificate",
            paramLabel = "FILE",
            defaultValue = "${env:EDGE_ETCD_CERTIFICATE}",
            description =
                    "PEM file with a client certificate without a common name (EDGE_ETCD_CERTIFICATE).")
    private @Nullable Path certificate;

    @Option(
            names = "--key",
            paramLabel = "FILE",
            defaultValue = "${env:EDGE_ETCD_KEY}",
            description = "PEM file with its key, in PKCS#8 (EDGE_ETCD_KEY).")
    private @Nullable Path key;

    @Option(
            names = "--root",
            paramLabel = "KEY",
            defaultValue = "${env:EDGE_ETCD_ROOT:-traefik}",
            description = "Root key of the gateways' tree, without slashes (EDGE_ETCD_ROOT).")
    private String root = "traefik";

    Root root() {
        return new Root(root);
    }

    @Nullable String user() {
        return user;
    }

    /**
     * Connects by the options.
     *
     * @throws IllegalArgumentException if an option or a file is wrong
     */
    Etcd open() {
        return new Etcd(access());
    }

    /** The files that a client reads, once. */
    List<Path> files() {
        return Stream.of(passwordFile, ca, certificate, key).flatMap(Stream::ofNullable).toList();
    }

    /** The password of the options or the environment. */
    String password() {
        return Passwords.of(passwordFile, "EDGE_ETCD_PASSWORD");
    }

    EtcdAccess access() {
        return access(user == null ? null : new Credentials(user, password()));
    }

    /** The same with other credentials. */
    EtcdAccess access(@Nullable Credentials credentials) {
        endpoints.forEach(EtcdOptions::check);
        return new EtcdAccess(endpoints, credentials, new TlsFiles(ca, certificate, key));
    }

    private static void check(URI endpoint) {
        boolean known = "http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme());
        if (!known || endpoint.getHost() == null || endpoint.getUserInfo() != null) {
            throw new IllegalArgumentException(
                    "--endpoints: not a URL such as https://etcd:2379"
                            + (endpoint.getUserInfo() == null ? ": " + endpoint : ""));
        }
    }
}
