package dev.forwardguard.testing;

import dev.forwardguard.live.FollowedFile;
import dev.forwardguard.live.LiveValue;
import dev.forwardguard.time.Ticker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Follows a file beside as much memory as a guard holds, and puts one content after the other into
 * its place. Prints a line for each: its name and what became of it.
 */
public final class HostileFiles {
    private HostileFiles() {}

    /**
     * Offers each file in a directory, between two good ones.
     *
     * @param live the value, which has a good content
     * @param held how many MiB the rest of the guard holds
     */
    public static void offerAll(Path directory, LiveValue<?> live, String good, int held)
            throws IOException {
        List<byte[]> rest = new ArrayList<>();
        for (int i = 0; i < held * 16; i++) {
            rest.add(new byte[64 << 10]);
        }
        Path followed = directory.resolveSibling("followed");
        Files.writeString(followed, good);
        poll(followed, live);
        try (Stream<Path> contents = Files.list(directory).sorted()) {
            for (Path content : contents.toList()) {
                Path next = directory.resolveSibling("next");
                Files.copy(content, next, StandardCopyOption.REPLACE_EXISTING);
                Files.move(next, followed, StandardCopyOption.ATOMIC_MOVE);
                poll(followed, live);
                System.out.printf(
                        "%s: %s%n", content.getFileName(), live.rejection().orElse("accepted"));
            }
        }
        System.out.println("held: " + rest.size() / 16 + " MiB");
        System.out.println("good: " + live.get().isPresent());
    }

    /** Polls once, on this thread. */
    private static void poll(Path followed, LiveValue<?> live) {
        new FollowedFile(followed, live, () -> Duration.ofDays(1), Ticker.system())
                .follow()
                .close();
    }
}
