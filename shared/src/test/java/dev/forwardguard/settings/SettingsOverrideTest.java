package dev.forwardguard.settings;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** The keys of a second file over those of {@code guard.yml}. */
class SettingsOverrideTest {
    private static final String FILE = "/etc/override/guard.yml";

    private final LiveSettings<GuardSettings> settings =
            new LiveSettings<>(
                    root -> GuardSettings.take(root, Optional.empty(), GuardSettingsTest.DEFAULTS),
                    Function.identity(),
                    List.of(),
                    Clock.systemUTC());
    private final SettingsOverride<GuardSettings> override = settings.overriddenBy(Path.of(FILE));
    private int revision;

    private void file(String document) {
        settings.value().offer("file " + ++revision, document.getBytes(UTF_8));
    }

    private void override(String document) {
        override.offer("override " + ++revision, document.getBytes(UTF_8));
    }

    @Test
    void goesOverFileKeyByKey() {
        file(
                """
                mode: upstream
                upstream: {url: http://other.example, deadline: 4s}
                breaker: {trials: 7}
                """);
        GuardSettings file = settings.now();

        override("mode: fallback\nupstream: {deadline: 2s}\nbreaker: {window: 20s}\n");

        GuardSettings now = settings.now();
        assertThat(now.mode()).isEqualTo(Mode.FALLBACK);
        assertThat(now.upstream().deadline()).isEqualTo(Duration.ofSeconds(2));
        assertThat(now.upstream().url()).hasToString("http://other.example");
        assertThat(now.breaker().trials()).isEqualTo(7);
        assertThat(now.breaker().window()).isEqualTo(Duration.ofSeconds(20));
        assertThat(settings.common()).isSameAs(now);
        assertThat(override.snapshot().orElseThrow().value().overridden())
                .hasToString("{mode=fallback, upstream.deadline=2s, breaker.window=20s}");

        override.withdraw();
        assertThat(settings.now()).isSameAs(file);
    }

    @Test
    void goesOverWhatComesLater() {
        override("upstream: {deadline: 2s}");
        var since = override.snapshot().orElseThrow().since();
        assertThat(settings.now().upstream().deadline()).isEqualTo(Duration.ofSeconds(2));

        file("mode: fallback\nupstream: {deadline: 4s}");

        assertThat(settings.now().mode()).isEqualTo(Mode.FALLBACK);
        assertThat(settings.now().upstream().deadline()).isEqualTo(Duration.ofSeconds(2));
        assertThat(override.snapshot().orElseThrow().since()).isEqualTo(since);
    }

    @Test
    void goesOverLastGoodFile() {
        override("upstream: {deadline: 2s}");
        file("mode: fallback");

        file("mode: automatic");

        assertThat(settings.now().mode()).isEqualTo(Mode.FALLBACK);
        assertThat(settings.now().upstream().deadline()).isEqualTo(Duration.ofSeconds(2));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mode: automatic               | line 1: mode must be one of auto, fallback, upstream: automatic",
                "mode:                         | line 1: mode must be a single value",
                "mode: auto%nmode: fallback    | line 2: mode is given twice",
                "mode: [                       | line 1: not YAML",
                "[]                            | line 1: the document must be a mapping",
                "upstream: {deadline: 26s}     | line 1: upstream.deadline must be from 10ms to 25s: 26s",
                "breaker: {half-open: 3}       | line 1: unknown key breaker.half-open; known keys: consecutive-failures",
                "breaker: {window: {a: 1}}     | line 1: breaker.window must be a single value",
                "breaker.window: 20s           | line 1: breaker.window cannot be overridden; these can: mode,",
                "moed: fallback                | line 1: moed cannot be overridden; these can: mode, upstream.connect-timeout,",
                "drain-delay: 0s               | line 1: drain-delay cannot be overridden",
                "mode: auto%nupstream:%n  deadline: 2s%n  url: http://x | line 4: upstream.url cannot be overridden",
                "upstream: {url: }             | line 1: upstream.url cannot be overridden",
                "upstream: 1                   | line 1: upstream cannot be overridden",
                "emergency: {message: x}       | line 1: emergency cannot be overridden",
            })
    void isIgnoredWithAnyMistake(String document, String why) {
        file("mode: fallback");
        GuardSettings file = settings.now();
        override("upstream: {deadline: 2s}");

        override(document.formatted());

        assertThat(settings.now()).isSameAs(file);
        assertThat(override.snapshot()).isEmpty();
        assertThat(override.rejection().orElseThrow()).startsWith(FILE + ": " + why);
        assertThat(settings.value().rejection()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"''", "'# nothing'", "'upstream:'", "'breaker: {}'"})
    void mayHaveNoKeys(String document) {
        override(document);

        assertThat(override.snapshot().orElseThrow().value().overridden()).isEmpty();
        assertThat(settings.now()).isEqualTo(GuardSettingsTest.DEFAULTS);
    }

    @Test
    void isJudgedTogetherWithFile() {
        file("# at most five\nbreaker: {probe-max-interval: 5s}");

        override("breaker: {probe-interval: 20s}");
        assertThat(override.rejection().orElseThrow())
                .isEqualTo(
                        FILE
                                + ": with it, line 2 of guard.yml is wrong:"
                                + " breaker.probe-max-interval must be from 20s to 300s: 5s");
        assertThat(settings.now().breaker().probeInterval()).isEqualTo(Duration.ofSeconds(1));

        file("breaker: {probe-max-interval: 1m}");
        assertThat(override.rejection()).isEmpty();
        assertThat(settings.now().breaker().probeInterval()).isEqualTo(Duration.ofSeconds(20));

        file("breaker: {probe-max-interval: 19s}");
        assertThat(override.rejection()).isPresent();
        assertThat(settings.now().breaker().probeMaxInterval()).isEqualTo(Duration.ofSeconds(19));
    }

    @Test
    void isIgnoredIfTooLarge() {
        override("mode: fallback");

        override.reject("large", "larger than 1048576 bytes");
        override.reject("large", "larger than 1048576 bytes");
        file("drain-delay: 1s");

        assertThat(settings.now().mode()).isEqualTo(Mode.AUTO);
        assertThat(override.rejection()).contains(FILE + ": larger than 1048576 bytes");

        override("mode: fallback");
        assertThat(settings.now().mode()).isEqualTo(Mode.FALLBACK);
    }

    /** A replica that starts now could not read it either. */
    @Test
    void isIgnoredWhileItCannotBeRead() {
        override("upstream: {deadline: 2s}");
        GuardSettings overridden = settings.now();

        override.unreadable("cannot be read: not a regular file");
        override.unreadable("cannot be read: not a regular file");

        assertThat(settings.now()).isNotSameAs(overridden);
        assertThat(override.rejection().orElseThrow()).endsWith("not a regular file");
        override("upstream: {deadline: 2s}");
        assertThat(settings.now().upstream().deadline()).isEqualTo(Duration.ofSeconds(2));
        assertThat(override.rejection()).isEmpty();
    }

    @Test
    void isNoLongerIgnoredOnceItIsGone() {
        override.unreadable("cannot be read: not a regular file");

        override.withdraw();

        assertThat(override.rejection()).isEmpty();
    }

    @Test
    void faultOfSubscriberKeepsNothingFromOthers() {
        var told = new AtomicInteger();
        settings.subscribe(
                () -> {
                    throw new IllegalStateException("on purpose");
                });
        settings.subscribe(told::incrementAndGet);

        override("mode: fallback");

        assertThat(told).hasValue(1);
    }

    @Test
    void tellsSubscribersOfChangesOnly() {
        var told = new AtomicInteger();
        var mode = new StringBuilder();
        settings.subscribe(
                () -> {
                    told.incrementAndGet();
                    mode.append(settings.now().mode().label()).append(' ');
                });

        override.withdraw();
        override.offer("same", "mode: fallback".getBytes(UTF_8));
        override.offer("same", "mode: fallback".getBytes(UTF_8));
        file("mode: upstream");
        override.withdraw();
        override.withdraw();

        assertThat(mode).hasToString("fallback fallback upstream ");
        assertThat(told).hasValue(3);
    }

    @Test
    void logsWhichKeysAreOverridden() {
        var lines = new ListAppender<ILoggingEvent>();
        lines.start();
        Logger log = (Logger) LoggerFactory.getLogger(SettingsOverride.class);
        log.addAppender(lines);
        try {
            override("mode: fallback");
            override("mode: off");
            file("drain-delay: 1s");
            override.withdraw();
        } finally {
            log.detachAppender(lines);
        }

        assertThat(lines.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly(
                        "guard.yml is overridden: {mode=fallback}",
                        "The override is ignored: "
                                + FILE
                                + ": line 1: mode must be one of auto, fallback, upstream: off",
                        "guard.yml is no longer overridden");
    }
}
