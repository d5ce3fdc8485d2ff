package dev.forwardguard.settings;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;

import dev.forwardguard.live.LiveValue;

import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** What the log says about the settings in force: the keys of the file, with their values. */
class LiveSettingsTest {
    private final LiveSettings<GuardSettings> settings =
            new LiveSettings<>(
                    root ->
                            GuardSettings.take(
                                    root,
                                    Optional.of(root.section("emergency")),
                                    GuardSettingsTest.DEFAULTS),
                    Function.identity(),
                    List.of("emergency.message"),
                    Clock.systemUTC());

    @Test
    void showsDefaultsByKeys() {
        assertThat(settings.value().get().orElseThrow())
                .hasToString(
                        "{mode=auto, upstream.url=http://upstream.example:8080,"
                                + " upstream.connect-timeout=3s, upstream.read-timeout=5s,"
                                + " upstream.deadline=5s, upstream.max-concurrent=256,"
                                + " upstream.failure-statuses=[502, 503, 504],"
                                + " upstream.probe-path=/probe, upstream.probe-host=,"
                                + " upstream.suspect-statuses=[400],"
                                + " breaker.probe-interval=1s, breaker.consecutive-failures=5,"
                                + " breaker.failure-rate=50, breaker.minimum-calls=20,"
                                + " breaker.window=10s, breaker.probe-max-interval=10s,"
                                + " breaker.trials=3, drop-request-headers=[Cookie],"
                                + " drain-delay=5s, client-address=x-forwarded-for,"
                                + " trusted-proxies=[127.0.0.0/8, ::1/128, 10.0.0.0/8,"
                                + " 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10, fc00::/7],"
                                + " relay-cookies=[]}");
    }

    @Test
    void showsWhatIsGiven() {
        assertThat(
                        settings.value()
                                .check(
                                        """
                                        mode: fallback
                                        breaker: {probe-interval: 30s, window: 1500ms}
                                        upstream: {probe-host: app.example}
                                        emergency: {client-address: x-real-ip}
                                        relay-cookies: [b, a]
                                        """
                                                .getBytes(UTF_8))
                                .inForce())
                .containsEntry("mode", "fallback")
                .containsEntry("breaker.probe-interval", "30s")
                .containsEntry("breaker.probe-max-interval", "30s")
                .containsEntry("breaker.window", "1500ms")
                .containsEntry("upstream.probe-host", "app.example")
                .containsEntry("client-address", "x-real-ip")
                .containsEntry("relay-cookies", "[b, a]")
                .doesNotContainKey("emergency.client-address");
    }

    @Test
    void logsSettingsThatComeIntoForce() {
        var lines = new ListAppender<ILoggingEvent>();
        lines.start();
        Logger log = (Logger) LoggerFactory.getLogger(LiveValue.class);
        log.addAppender(lines);
        try {
            settings.value().offer("1", "mode: upstream".getBytes(UTF_8));
        } finally {
            log.detachAppender(lines);
        }

        assertThat(lines.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly("In force: " + settings.value().get().orElseThrow());
        assertThat(settings.now().mode()).isEqualTo(Mode.UPSTREAM);
    }
}
