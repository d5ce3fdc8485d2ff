package dev.forwardguard.kubernetes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A directory as the kubelet mounts it: each change creates a directory and swaps a link. */
final class MountedServiceAccount {
    private final Path directory;
    private String token;
    private String ca;
    private int generation;

    MountedServiceAccount(Path directory, String token, String ca) throws IOException {
        this.directory = directory;
        this.token = token;
        this.ca = ca;
        swap();
        for (String file : new String[] {"token", "ca.crt", "namespace"}) {
            Files.createSymbolicLink(directory.resolve(file), Path.of("..data", file));
        }
    }

    Path directory() {
        return directory;
    }

    void token(String token) throws IOException {
        this.token = token;
        swap();
    }

    void ca(String ca) throws IOException {
        this.ca = ca;
        swap();
    }

    /** Deletes the token, which the kubelet normally never does. */
    void deleteToken() throws IOException {
        Files.delete(directory.resolve("..data/token"));
    }

    private void swap() throws IOException {
        CapturedLogs.mustNotLog(token);
        Path next = Files.createDirectory(directory.resolve("..gen" + generation++));
        Files.writeString(next.resolve("token"), token);
        Files.writeString(next.resolve("ca.crt"), ca);
        Files.writeString(next.resolve("namespace"), FakeApiServer.NAMESPACE);
        Path link = directory.resolve("..data_tmp");
        Files.createSymbolicLink(link, next.getFileName());
        Files.move(
                link,
                directory.resolve("..data"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }
}
