package dev.forwardguard.authentik;

import dev.forwardguard.forwardauth.ForwardAuthRequest;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.handler.codec.http.HttpHeaders;

import jakarta.inject.Singleton;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/** Counts what Emergency Access decides, and logs every attempt to log in; never a password. */
@Singleton
final class SecurityLog {
    private static final Logger LOG = LoggerFactory.getLogger("security");
    private static final int MAX_LENGTH = 200;

    private final Map<LoginResult, Counter> counters = new EnumMap<>(LoginResult.class);

    SecurityLog(MeterRegistry registry, AuthentikProfile profile) {
        for (LoginResult result : LoginResult.values()) {
            counters.put(
                    result,
                    Counter.builder("guard.emergency.login")
                            .description("What visitors got from Emergency Access")
                            .tag("guard", profile.name())
                            .tag("result", result.label())
                            .register(registry));
        }
    }

    /** A decision without an attempt to log in: counted, not logged. */
    void count(LoginResult result) {
        Objects.requireNonNull(counters.get(result)).increment();
    }

    /** An attempt to log in. */
    void attempt(LoginResult result, String user, ForwardAuthRequest request) {
        count(result);
        HttpHeaders headers = request.headers();
        LOG.atInfo()
                .addKeyValue("result", result.label())
                .addKeyValue("user", shortened(user))
                .addKeyValue("client", shortened(headers.get("X-Forwarded-For", "")))
                .addKeyValue("host", shortened(headers.get("X-Forwarded-Host", "")))
                .addKeyValue("uri", shortened(withoutQuery(headers.get("X-Forwarded-Uri", ""))))
                .log("Emergency login");
    }

    private static String withoutQuery(String uri) {
        int query = uri.indexOf('?');
        return query < 0 ? uri : uri.substring(0, query);
    }

    private static String shortened(String text) {
        return text.length() <= MAX_LENGTH ? text : text.substring(0, MAX_LENGTH) + "…";
    }
}
