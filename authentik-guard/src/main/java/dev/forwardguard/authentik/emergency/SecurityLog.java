package dev.forwardguard.authentik.emergency;

import static java.util.Objects.requireNonNull;

import dev.forwardguard.client.ClientAddress;
import dev.forwardguard.guard.AuthRequest;
import dev.forwardguard.guard.GuardSpec;
import dev.forwardguard.telemetry.EnumCounters;
import dev.forwardguard.time.Deferred;
import dev.forwardguard.time.Ticker;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micronaut.scheduling.TaskExecutors;
import io.netty.handler.codec.http.HttpHeaders;

import jakarta.inject.Named;
import jakarta.inject.Singleton;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Counts what Emergency Access decides, and logs every login attempt; never a password.
 *
 * <p>Brute force can fill a log, so each kind of event has a limit of lines per second, and each
 * result its own. What exceeds it is reported as a number. The limits are separate, so that a flood
 * of wrong passwords cannot hide a login, and one that the guard does not check cannot hide the
 * passwords that it has checked.
 */
@Singleton
public final class SecurityLog {
    private static final Logger LOG = LoggerFactory.getLogger("security");
    private static final int LINES_PER_SECOND = 10;
    private static final Duration PERIOD = Duration.ofSeconds(1);
    private static final int LONGEST_USER = 64;
    private static final int LONGEST_ADDRESS = 200;

    private final EnumCounters<LoginMetric> counters;
    private final Map<LoginMetric, LogRateLimit> limits = new EnumMap<>(LoginMetric.class);
    private final Deferred summary;

    /**
     * @param timer logs what was suppressed
     */
    SecurityLog(
            MeterRegistry registry,
            GuardSpec spec,
            Ticker ticker,
            @Named(TaskExecutors.SCHEDULED) ExecutorService timer) {
        summary = new Deferred((ScheduledExecutorService) timer, PERIOD, this::logSuppressed);
        List<LoginMetric> results = List.of(LoginMetric.values());
        counters =
                new EnumCounters<>(
                        LoginMetric.class,
                        results,
                        result ->
                                Counter.builder("guard.emergency.login")
                                        .description("What Emergency Access decided")
                                        .tag("guard", spec.name())
                                        .tag("result", result.label())
                                        .register(registry));
        results.forEach(result -> limits.put(result, new LogRateLimit(LINES_PER_SECOND, ticker)));
    }

    /** Counts a decision that is not logged, because no password was checked. */
    void count(LoginMetric result) {
        counters.increment(result);
    }

    /** The field {@code event}. */
    private static String eventOf(LoginMetric result) {
        return switch (result) {
            case SUCCESS -> "emergency_login"; // with a password that was checked
            case SIGNED_OUT -> "emergency_signed_out"; // the right one, which is refused once
            case OPEN -> "emergency_open"; // without a password, at a path that is open
            case STALE -> "stale_session"; // the last verdict holds, because there is no other
            case THROTTLED -> "emergency_throttled"; // not checked: too many were wrong before
            default -> "emergency_denied"; // it did not grant access
        };
    }

    /**
     * Records a login, or a password that did not grant access. Of logins with the same password
     * only the first one is recorded, the one whose password was checked.
     */
    public void attempt(
            LoginMetric result, String user, ClientAddress client, AuthRequest request) {
        record(result, Optional.of(user), client, request);
    }

    /** Records a request that passed without a password, at a path that is open. */
    void passed(ClientAddress client, AuthRequest request) {
        record(LoginMetric.OPEN, Optional.empty(), client, request);
    }

    private void record(
            LoginMetric result, Optional<String> user, ClientAddress client, AuthRequest request) {
        count(result);
        if (!requireNonNull(limits.get(result)).take()) {
            summary.request();
            return;
        }
        LoggingEventBuilder event =
                LOG.atInfo()
                        .addKeyValue("event", eventOf(result))
                        .addKeyValue("result", result.label());
        described(event, user, client, request).log("Emergency Access");
    }

    /** Records that an {@code Authorization} with this name was withheld, whatever its password. */
    void namesake(String user, ClientAddress client, AuthRequest request) {
        LoggingEventBuilder event = LOG.atWarn().addKeyValue("event", "emergency_namesake");
        described(event, Optional.of(user), client, request)
                .log(
                        "An Authorization with the name of an emergency user reached neither"
                                + " authentik nor the application. If that is a person in"
                                + " authentik, give the emergency user another name");
    }

    private static LoggingEventBuilder described(
            LoggingEventBuilder event,
            Optional<String> user,
            ClientAddress client,
            AuthRequest request) {
        HttpHeaders headers = request.headers();
        return user.map(name -> event.addKeyValue("user", shortened(name, LONGEST_USER)))
                .orElse(event)
                .addKeyValue("client", client.toString())
                .addKeyValue(
                        "host", shortened(headers.get("X-Forwarded-Host", ""), LONGEST_ADDRESS))
                .addKeyValue(
                        "path",
                        shortened(
                                withoutQuery(headers.get("X-Forwarded-Uri", "")), LONGEST_ADDRESS))
                .addKeyValue("request", request.id().value());
    }

    /** Logs how many events were suppressed, at most once a second. */
    void logSuppressed() {
        Map<String, Long> suppressed = new TreeMap<>();
        limits.forEach(
                (result, limit) -> {
                    long number = limit.suppressed();
                    if (number > 0) {
                        suppressed.merge(eventOf(result), number, Long::sum);
                    }
                });
        if (!suppressed.isEmpty()) {
            LOG.atInfo()
                    .addKeyValue("event", "emergency_left_out")
                    .addKeyValue("left_out", suppressed)
                    .log("Security events were suppressed by the rate limit");
        }
    }

    private static String withoutQuery(String uri) {
        int query = uri.indexOf('?');
        return query < 0 ? uri : uri.substring(0, query);
    }

    /** Cuts between code points, never within a surrogate pair. */
    static String shortened(String text, int longest) {
        return text.codePointCount(0, text.length()) <= longest
                ? text
                : text.substring(0, text.offsetByCodePoints(0, longest)) + "…";
    }
}
