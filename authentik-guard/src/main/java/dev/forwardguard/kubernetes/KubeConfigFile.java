package dev.forwardguard.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kubernetes.client.util.ClientBuilder;
import io.kubernetes.client.util.KubeConfig;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;

/** The way from a developer's laptop: the current context of a kubeconfig. */
record KubeConfigFile(Path file) implements Access {
    @Override
    public ClientBuilder client(byte[] content) throws IOException {
        return ClientBuilder.kubeconfig(parse(content));
    }

    @Override
    public String namespace() throws IOException {
        String namespace = parse(Files.readAllBytes(file)).getNamespace();
        return namespace == null ? "default" : namespace;
    }

    private KubeConfig parse(byte[] content) {
        KubeConfig config = KubeConfig.loadKubeConfig(new StringReader(new String(content, UTF_8)));
        config.setFile(file.toFile()); // what relative paths in it are relative to
        return config;
    }
}
