package dev.forwardguard.manifests.load.bench;

import dev.forwardguard.manifests.Loopback;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A guard, run from its jar with the flags that it has in its image. Without the image's AOT cache:
 * it is warmed up instead, so what it gains by a cache is not in these numbers.
 *
 * @param program which of the two
 * @param checkout where it was built
 * @param label what tells it from the same guard of another checkout; empty if there is none
 * @param loops event loops
 * @param room for how much at once
 */
record GuardContender(String program, Path checkout, String label, int loops, Room room)
        implements Contender {
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    static final String BOT_BLOCK = "bot-block-guard";
    static final String AUTHENTIK = "authentik-guard";

    /** What a guard is made for; what is beyond it is answered without a verdict. */
    enum Room {
        /** As in its image: 341 connections or more, 256 questions at once. */
        USUAL("", 256),

        /** More than 1,000 connections, all of which may ask at once, with heads of 64 KiB. */
        LARGE("192m", 1_000);

        private final String heap;
        private final int maxConcurrent;

        Room(String heap, int maxConcurrent) {
            this.heap = heap;
            this.maxConcurrent = maxConcurrent;
        }

        private List<String> flags() {
            return heap.isEmpty() ? List.of() : List.of("-Xms" + heap, "-Xmx" + heap);
        }
    }

    @Override
    public String name() {
        return program + label;
    }

    @Override
    public String cores() {
        return loops == 1 ? BenchRig.CORE : BenchRig.CORE + "-" + (loops - 1);
    }

    @Override
    public boolean warmsUp() {
        return true;
    }

    @Override
    public Running start(BenchRig stand) {
        Path settings =
                stand.file(
                        "guard.yml",
                        """
                        upstream:
                          url: http://127.0.0.1:%d
                          max-concurrent: %d
                        drain-delay: 0s
                        """
                                .formatted(stand.upstream(), room.maxConcurrent));
        Map<String, String> variables = new HashMap<>();
        variables.put("GUARD_HOST", "127.0.0.1");
        variables.put("GUARD_PORT", String.valueOf(stand.port()));
        variables.put("GUARD_MANAGEMENT_PORT", String.valueOf(Loopback.freePort()));
        variables.put("GUARD_SETTINGS_FILE", settings.toString());
        variables.put("GUARD_HTPASSWD_FILE", stand.file("htpasswd", BenchRig.HTPASSWD).toString());
        variables.put("MALLOC_ARENA_MAX", "1");
        List<String> command = new ArrayList<>(List.of(JAVA));
        options().forEach(file -> command.add("@" + file));
        command.addAll(room.flags());
        command.add("-Dmicronaut.netty.event-loops.default.num-threads=" + loops);
        Path jar = checkout.resolve(program).resolve("target").resolve(program + ".jar");
        command.addAll(List.of("-jar", jar.toString()));
        return stand.run(variables, command);
    }

    /** The flags of the checkout's own image; older ones have all of them in one file. */
    private List<Path> options() {
        Path image = checkout.resolve("manifests/image");
        return Stream.of("jvm.options", program + ".options")
                .map(image::resolve)
                .filter(Files::exists)
                .toList();
    }
}
