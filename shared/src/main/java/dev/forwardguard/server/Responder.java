package dev.forwardguard.server;

import dev.forwardguard.guard.AuthResponse;
import dev.forwardguard.guard.Decision;
import dev.forwardguard.telemetry.FallbackLog;
import dev.forwardguard.telemetry.GuardMetrics;
import dev.forwardguard.telemetry.Trouble;

import io.netty.handler.codec.http.FullHttpResponse;

import jakarta.inject.Singleton;

/** Counts and logs a decision, and encodes it as an HTTP response. */
@Singleton
final class Responder {
    private final GuardMetrics metrics;
    private final FallbackLog log;
    private final Trouble trouble;

    Responder(GuardMetrics metrics, FallbackLog log, Trouble trouble) {
        this.metrics = metrics;
        this.log = log;
        this.trouble = trouble;
    }

    /** Returns the response that carries this decision. */
    FullHttpResponse respond(Decision decision) {
        metrics.count(decision);
        if (decision instanceof Decision.WithoutVerdict failed) {
            log.note(failed.reason());
            trouble.note(failed.reason());
        }
        return AuthResponse.of(decision).message();
    }
}
