package dev.forwardguard.edge.command;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads passwords from where they may be: files and the environment, never the command line. */
final class Passwords {
    private static final int MOST_CHARACTERS = 4096;

    private Passwords() {}

    /**
     * The content of a file without the line end, or else of a variable.
     *
     * @throws IllegalArgumentException if there is none
     */
    static String of(@Nullable Path file, String variable) {
        String password =
                file == null
                        ? System.getenv().getOrDefault(variable, "")
                        : read(file).replaceFirst("\\R$", "");
        if (password.isEmpty()) {
            throw new IllegalArgumentException(
                    file == null
                            ? "no password: name its file, or set " + variable
                            : file + " is empty");
        }
        return password;
    }

    private static String read(Path file) {
        try (var reader = Files.newBufferedReader(file)) {
            char[] text = new char[MOST_CHARACTERS];
            int length = reader.read(text);
            return length < 0 ? "" : new String(text, 0, length);
        } catch (IOException _) {
            throw new IllegalArgumentException("cannot read the password in " + file);
        }
    }
}
