package dev.forwardguard.authentik.emergency;

import static java.util.Objects.requireNonNull;

import dev.forwardguard.authentik.AuthentikProfile;
import dev.forwardguard.authentik.login.ClientAddress;
import dev.forwardguard.guard.AuthRequest;
import dev.forwardguard.time.Ticker;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micronaut.scheduling.annotation.Scheduled;
import io.netty.handler.codec.http.HttpHeaders;

import jakarta.inject.Singleton;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Counts what Emergency Access decides, and logs every attempt to log in; never a password.
 *
 * <p>Whoever guesses can fill a log, so each kind of event has a number of lines a second, and what
 * finds no room is told as a number. Each has its own, so that no flood of wrong passwords hides a
 * login.
 */
@Singleton
final class SecurityLog {
    private static final Logger LOG = LoggerFactory.getLogger("security");
    private static final int LINES_PER_SECOND = 10;
    private static final int LONGEST_USER = 64;
    private static final int LONGEST_ADDRESS = 200;

    private final Map<LoginMetric, Counter> counters = new EnumMap<>(LoginMetric.class);
    private final Map<SecurityEvent, LogRateLimit> budgets = new EnumMap<>(SecurityEvent.class);

    SecurityLog(MeterRegistry registry, AuthentikProfile profile, Ticker ticker) {
        for (LoginMetric result : LoginMetric.values()) {
            counters.put(
                    result,
                    Counter.builder("guard.emergency.login")
                            .description("What visitors got from Emergency Access")
                            .tag("guard", profile.name())
                            .tag("result", result.label())
                            .register(registry));
        }
        for (SecurityEvent event : SecurityEvent.values()) {
            budgets.put(event, new LogRateLimit(LINES_PER_SECOND, ticker));
        }
    }

    /** A decision without a check of a password: counted, not logged. */
    void count(LoginMetric result) {
        requireNonNull(counters.get(result)).increment();
    }

    /** The right password, checked; once for each login that is then remembered. */
    void loggedIn(String user, ClientAddress client, AuthRequest request) {
        attempt(SecurityEvent.EMERGENCY_LOGIN, LoginMetric.SUCCESS, user, client, request);
    }

    /** A password that did not let its sender in. */
    void denied(LoginMetric why, String user, ClientAddress client, AuthRequest request) {
        SecurityEvent event =
                why == LoginMetric.THROTTLED
                        ? SecurityEvent.EMERGENCY_THROTTLED
                        : SecurityEvent.EMERGENCY_DENIED;
        attempt(event, why, user, client, request);
    }

    private void attempt(
            SecurityEvent event,
            LoginMetric result,
            String user,
            ClientAddress client,
            AuthRequest request) {
        count(result);
        if (!requireNonNull(budgets.get(event)).take()) {
            return;
        }
        HttpHeaders headers = request.headers();
        LOG.atInfo()
                .addKeyValue("event", event.label())
                .addKeyValue("result", result.label())
                .addKeyValue("user", shortened(user, LONGEST_USER))
                .addKeyValue("client", client.toString())
                .addKeyValue("host", address(headers.get("X-Forwarded-Host", "")))
                .addKeyValue("path", address(withoutQuery(headers.get("X-Forwarded-Uri", ""))))
                .addKeyValue("request", request.id().value())
                .log("Emergency Access");
    }

    /** Once a second: how many events were not logged. */
    @Scheduled(fixedDelay = "1s", initialDelay = "1s")
    void logSuppressed() {
        Map<String, Long> suppressed = new TreeMap<>();
        budgets.forEach(
                (event, budget) -> {
                    long number = budget.suppressed();
                    if (number > 0) {
                        suppressed.put(event.label(), number);
                    }
                });
        if (!suppressed.isEmpty()) {
            LOG.atInfo()
                    .addKeyValue("event", "emergency_left_out")
                    .addKeyValue("left_out", suppressed)
                    .log("More events than are logged in a second");
        }
    }

    private static String address(String text) {
        return shortened(text, LONGEST_ADDRESS);
    }

    private static String withoutQuery(String uri) {
        int query = uri.indexOf('?');
        return query < 0 ? uri : uri.substring(0, query);
    }

    /** Cut between characters, not within one that takes two chars. */
    static String shortened(String text, int longest) {
        return text.codePointCount(0, text.length()) <= longest
                ? text
                : text.substring(0, text.offsetByCodePoints(0, longest)) + "…";
    }
}
