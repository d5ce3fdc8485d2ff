package dev.forwardguard.load.bench;

import dev.forwardguard.servers.Loopback;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A guard, run from its jar with the flags of its image, but without the image's AOT cache: it is
 * warmed up instead, so the gain from the cache is not part of these numbers. Or from its image, as
 * a pod would run it.
 *
 * @param program the name of the guard
 * @param checkout the checkout in which it was built
 * @param label distinguishes it from the same guard of another checkout; may be empty
 * @param loops the number of event loops, each with a core of its own; {@link #AS_SHIPPED} for the
 *     guard's own choice on two cores
 * @param capacity the load that it is sized for
 * @param image whether it runs from its image, which image.sh of that checkout has unpacked
 * @param settings further lines of its settings file; may be empty
 */
record GuardContender(
        String program,
        Path checkout,
        String label,
        int loops,
        Capacity capacity,
        boolean image,
        String settings)
        implements Contender {
    static final int AS_SHIPPED = 0;
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    static final String BOT_BLOCK = "bot-block-guard";
    static final String AUTHENTIK = "authentik-guard";

    /** The limits of the pods, in MiB. */
    private static final Map<String, String> LIMITS = Map.of(BOT_BLOCK, "128", AUTHENTIK, "160");

    /** All requests have the same client address, which may use a quarter of all places. */
    private static final int PLACES_PER_REQUEST = 4;

    /** The load that a guard is sized for; beyond it, requests get no verdict. */
    enum Capacity {
        /** As in its image: at least 362 connections, 256 concurrent requests. */
        DEFAULT("", 256),

        /** More than 1,000 connections with as many concurrent requests, headers of 64 KiB. */
        LARGE("192m", 1_000);

        private final String heap;
        private final int maxConcurrent;

        Capacity(String heap, int maxConcurrent) {
            this.heap = heap;
            this.maxConcurrent = maxConcurrent;
        }

        private List<String> flags() {
            return heap.isEmpty() ? List.of() : List.of("-Xms" + heap, "-Xmx" + heap, "-Xmn64m");
        }
    }

    GuardContender(String program, Path checkout, String label, int loops, Capacity capacity) {
        this(program, checkout, label, loops, capacity, false, "");
    }

    /** As shipped, on both cores. */
    static GuardContender asShipped(String program, Path checkout, String label, boolean image) {
        return new GuardContender(
                program, checkout, label, AS_SHIPPED, Capacity.DEFAULT, image, "");
    }

    /** The same with further settings. */
    GuardContender with(String furtherLabel, String furtherSettings) {
        return new GuardContender(
                program,
                checkout,
                label + furtherLabel,
                loops,
                capacity,
                image,
                settings + furtherSettings);
    }

    @Override
    public String name() {
        return program + label;
    }

    @Override
    public String cores() {
        return switch (loops) {
            case AS_SHIPPED -> BenchRig.CORE + "-" + BenchUpstream.CORE;
            case 1 -> BenchRig.CORE;
            default -> BenchRig.CORE + "-" + (loops - 1);
        };
    }

    @Override
    public boolean hasGuard() {
        return true;
    }

    @Override
    public Running start(BenchRig rig) {
        rig.file(
                "guard.yml",
                """
                upstream:
                  url: http://127.0.0.1:%d
                  max-concurrent: %d
                drain-delay: 0s
                %s"""
                        .formatted(
                                rig.upstream(),
                                PLACES_PER_REQUEST * capacity.maxConcurrent,
                                settings));
        rig.file("htpasswd", BenchRig.HTPASSWD);
        if (image) {
            rig.share();
        }
        String directory = image ? "/etc/forward-guard" : rig.directory().toString();
        Map<String, String> variables = new HashMap<>();
        variables.put("GUARD_HOST", "127.0.0.1");
        variables.put("GUARD_PORT", String.valueOf(rig.port()));
        variables.put("GUARD_MANAGEMENT_PORT", String.valueOf(Loopback.freePort()));
        variables.put("GUARD_SETTINGS_FILE", directory + "/guard.yml");
        variables.put("GUARD_HTPASSWD_FILE", directory + "/htpasswd");
        variables.put("MALLOC_ARENA_MAX", "1");
        variables.put("FILES", rig.directory().toString());
        return rig.run(variables, image ? inImage() : ofJar());
    }

    private List<String> ofJar() {
        List<String> command = new ArrayList<>(List.of(JAVA));
        options().forEach(file -> command.add("@" + file));
        command.addAll(capacity.flags());
        if (loops != AS_SHIPPED) {
            command.add("-Dmicronaut.netty.event-loops.default.num-threads=" + loops);
        }
        Path jar = checkout.resolve(program).resolve("target").resolve(program + ".jar");
        command.addAll(List.of("-jar", jar.toString()));
        return command;
    }

    private List<String> inImage() {
        Path local = checkout.resolve("manifests/local");
        return List.of(
                local.resolve("confined.sh").toString(),
                local.resolve(".local/images").resolve(program).toString(),
                LIMITS.getOrDefault(program, ""));
    }

    /** The flag files of the checkout's image; older checkouts have all flags in one file. */
    private List<Path> options() {
        Path image = checkout.resolve("manifests/image");
        return Stream.of("jvm.options", program + ".options")
                .map(image::resolve)
                .filter(Files::exists)
                .toList();
    }
}
