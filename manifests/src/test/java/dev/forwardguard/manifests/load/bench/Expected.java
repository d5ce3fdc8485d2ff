package dev.forwardguard.manifests.load.bench;

import dev.forwardguard.testing.RawAnswer;

import java.util.List;

/**
 * The answer that is right, which each single one is held against.
 *
 * @param status its status
 * @param name a header that only this answer has
 * @param value the value of that header
 * @param length of the body in bytes
 */
record Expected(int status, String name, String value, int length) {
    boolean isMetBy(RawAnswer answer) {
        return answer.status() == status
                && answer.header(name).filter(value::equals).isPresent()
                && answer.body().length() == length;
    }

    /** The same for the script of wrk. */
    List<String> arguments() {
        return List.of(String.valueOf(status), name, value, String.valueOf(length));
    }
}
