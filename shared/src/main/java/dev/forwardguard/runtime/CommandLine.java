package dev.forwardguard.runtime;

import dev.forwardguard.settings.LiveSettings;
import dev.forwardguard.telemetry.BuildInfo;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * What a guard can do besides serving: {@code --version} prints which build it is, {@code --schema}
 * the JSON schema of its {@code guard.yml}, {@code --check FILE} says whether a {@code guard.yml}
 * is valid, with a second file whether that is a valid override of it, {@code --health} whether the
 * guard beside it is ready, and all other options that begin with two hyphens are mistakes.
 */
final class CommandLine {
    private static final int VALID = 0;
    private static final int INVALID = 1;
    private static final int MISUSED = 2;

    private CommandLine() {}

    /**
     * Does what the arguments ask for.
     *
     * @param settings of the guard, with its defaults
     * @param out where to say it
     * @return the exit status; empty if the guard is to serve
     */
    static OptionalInt run(
            List<String> arguments, Supplier<LiveSettings<?>> settings, PrintStream out) {
        String option = arguments.isEmpty() ? "" : arguments.getFirst();
        if (option.equals("--version") && arguments.size() == 1) {
            BuildInfo build = BuildInfo.read();
            out.println("forward-guard " + build.version() + ", revision " + build.revision());
            return OptionalInt.of(VALID);
        }
        if (option.equals("--check") && (arguments.size() == 2 || arguments.size() == 3)) {
            List<Path> files = arguments.stream().skip(1).map(Path::of).toList();
            return OptionalInt.of(check(files, settings.get(), out));
        }
        if (option.equals("--health") && arguments.size() == 1) {
            Optional<String> objection = ReadinessCheck.objection(System.getenv());
            out.println(objection.orElse("ready"));
            return OptionalInt.of(objection.isPresent() ? INVALID : VALID);
        }
        if (option.equals("--schema") && arguments.size() == 1) {
            out.print(settings.get().schema());
            return OptionalInt.of(VALID);
        }
        if (option.startsWith("--")) {
            out.println(
                    "usage: [--version | --schema | --check FILE [OVERRIDE] | --health];"
                            + " without arguments the guard serves");
            return OptionalInt.of(MISUSED);
        }
        return OptionalInt.empty();
    }

    private static int check(List<Path> files, LiveSettings<?> settings, PrintStream out) {
        Path file = files.getFirst();
        Optional<String> mistake =
                files.size() == 1
                        ? SettingsFile.mistake(file, settings)
                        : SettingsFile.mistake(file, files.getLast(), settings);
        if (mistake.isEmpty()) {
            files.forEach(each -> out.println(each + ": valid"));
        }
        mistake.ifPresent(out::println);
        return mistake.isPresent() ? INVALID : VALID;
    }
}
