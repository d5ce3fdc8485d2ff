package dev.forwardguard.load.bench;

import dev.forwardguard.testing.RawAnswer;

import java.util.List;

/**
 * The expected response of a scenario; every response is compared with it.
 *
 * @param status of the response
 * @param name a header that only this response has
 * @param value the value of that header
 * @param length of the body, in bytes
 */
record Expected(int status, String name, String value, int length) {
    boolean isMetBy(RawAnswer answer) {
        return answer.status() == status
                && answer.header(name).filter(value::equals).isPresent()
                && answer.body().length() == length;
    }

    /** The arguments of the wrk script {@code bench.lua}. */
    List<String> arguments() {
        return List.of(String.valueOf(status), name, value, String.valueOf(length));
    }
}
