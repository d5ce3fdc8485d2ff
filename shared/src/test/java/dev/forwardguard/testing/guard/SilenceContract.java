package dev.forwardguard.testing.guard;

import static dev.forwardguard.upstream.FallbackReason.DEADLINE;
import static dev.forwardguard.upstream.FallbackReason.PROTOCOL_ERROR;
import static dev.forwardguard.upstream.FallbackReason.READ_TIMEOUT;
import static dev.forwardguard.upstream.FallbackReason.RESET;

import static org.junit.jupiter.api.Named.named;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.Ending;
import dev.forwardguard.upstream.FallbackReason;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.time.Duration;
import java.util.stream.Stream;

/** Upstreams that stop talking, too early or not early enough. */
public abstract class SilenceContract extends AgainstStubUpstream {
    private static final Duration OFTEN = Duration.ofMillis(50);

    protected SilenceContract(GuardKind kind) {
        super(kind);
    }

    @Override
    protected String limits() {
        return "connect-timeout: 500ms, read-timeout: 400ms, deadline: 1s";
    }

    static Stream<Arguments> silences() {
        String half = "HTTP/1.1 200 OK\r\nContent-Le";
        String begun = Wire.ok("Content-Length: 10") + "half";
        String chunk = Wire.ok("Transfer-Encoding: chunked") + "5\r\nhello\r\n";
        return Stream.of(
                is(READ_TIMEOUT, "hangs before headers", Behaviour.hangs()),
                is(READ_TIMEOUT, "never reads", Behaviour.acceptsAndNeverReads()),
                is(READ_TIMEOUT, "hangs in the headers", raw(half).then(Ending.HANG)),
                is(READ_TIMEOUT, "hangs in the body", raw(begun).then(Ending.HANG)),
                is(READ_TIMEOUT, "hangs between chunks", raw(chunk).then(Ending.HANG)),
                is(
                        READ_TIMEOUT,
                        "only ever says 103",
                        raw(Wire.head("HTTP/1.1 103 Early Hints")).then(Ending.HANG)),
                is(READ_TIMEOUT, "ends an HTTP/1.0 body never", raw(until10()).then(Ending.HANG)),
                is(DEADLINE, "drips its headers", Behaviour.dripsForever(half, "n", OFTEN)),
                is(DEADLINE, "drips its body", Behaviour.dripsForever(endless(), "x", OFTEN)),
                is(
                        DEADLINE,
                        "sends 103 for ever",
                        Behaviour.dripsForever("", Wire.head("HTTP/1.1 103 Early Hints"), OFTEN)),
                is(RESET, "closes before headers", Behaviour.closesBeforeAnswer()),
                is(RESET, "closes on connect", Behaviour.closesOnConnect()),
                is(RESET, "resets before headers", Behaviour.resetsBeforeAnswer()),
                is(RESET, "resets in the headers", raw(half).then(Ending.RESET)),
                is(RESET, "resets in the body", raw(begun).then(Ending.RESET)),
                is(PROTOCOL_ERROR, "closes in the headers", raw(half).then(Ending.CLOSE)),
                is(PROTOCOL_ERROR, "closes in the body", raw(begun).then(Ending.CLOSE)),
                is(PROTOCOL_ERROR, "closes between chunks", raw(chunk).then(Ending.CLOSE)),
                is(
                        PROTOCOL_ERROR,
                        "closes after 103",
                        raw(Wire.head("HTTP/1.1 103 Early Hints")).then(Ending.CLOSE)));
    }

    @ParameterizedTest(name = "{1}: {0}")
    @MethodSource("silences")
    void tellsEachSilenceApart(FallbackReason reason, Behaviour behaviour) throws IOException {
        upstream.behaves(behaviour);

        assertFallback(ask(), reason);
    }

    private static Arguments is(FallbackReason reason, String what, Behaviour behaviour) {
        return arguments(reason, named(what, behaviour));
    }

    private static Behaviour raw(String octets) {
        return Behaviour.answersRaw(octets);
    }

    private static String until10() {
        return Wire.head("HTTP/1.0 200 OK") + "half";
    }

    private static String endless() {
        return Wire.ok("Content-Length: 1000") + "x";
    }
}
