package dev.forwardguard.status;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micronaut.context.annotation.Context;
import io.micronaut.scheduling.TaskExecutors;

import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Named;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * What some counters did in each of the last 60 minutes. Requests do not pay for it: the counters
 * are there anyway, and are read once a minute. The memory is bounded by the number of counters.
 */
@Context
final class LastHour {
    static final int MINUTES = 60;

    private static final Logger LOG = LoggerFactory.getLogger(LastHour.class);

    private static final String LATENCY = "guard.upstream";

    /** Whose latencies are looked at. One minute of a quiet site has too few of them. */
    private static final int MINUTES_OF_LATENCY = 5;

    private final MeterRegistry registry;
    private final List<CounterSeries> series;
    private final Clock clock;
    private final Deque<Minute> past = new ArrayDeque<>(); // all of it guarded by this
    private Reading begin;
    private final ScheduledFuture<?> reading;

    /** What all counters have counted at a moment. */
    private record Reading(
            Instant at, Map<CounterSeries, Map<String, Long>> counts, Latencies latencies) {}

    /** What they have counted in a minute; what has not is missing. */
    private record Minute(
            Instant began, Map<CounterSeries, Map<String, Long>> counts, Latencies latencies) {
        Map<String, Long> of(CounterSeries each) {
            return counts.getOrDefault(each, Map.of());
        }
    }

    @Inject
    LastHour(
            MeterRegistry registry,
            List<CounterSeries> series,
            Clock clock,
            @Named(TaskExecutors.SCHEDULED) ExecutorService timer) {
        this.registry = registry;
        this.series = List.copyOf(series);
        this.clock = clock;
        this.begin = read();
        // after a suspended hour the minutes in it are not made up for
        this.reading =
                ((ScheduledExecutorService) timer)
                        .scheduleWithFixedDelay(this::endMinuteSafely, 1, 1, TimeUnit.MINUTES);
    }

    @PreDestroy
    void close() {
        reading.cancel(false);
    }

    /** An exception would end the readings for good. */
    private void endMinuteSafely() {
        try {
            endMinute();
        } catch (RuntimeException e) {
            LOG.error("Cannot read the counters of the last minute", e);
        }
    }

    synchronized void endMinute() {
        Reading now = read();
        past.addLast(between(begin, now));
        if (past.size() == MINUTES) { // the running minute is one as well
            past.removeFirst();
        }
        begin = now;
    }

    private Reading read() {
        Map<CounterSeries, Map<String, Long>> counts = new HashMap<>();
        series.forEach(each -> counts.put(each, totals(each)));
        Timer latency = registry.find(LATENCY).timer();
        return new Reading(
                clock.instant(), counts, latency == null ? Latencies.NONE : Latencies.of(latency));
    }

    private Map<String, Long> totals(CounterSeries each) {
        Collection<Counter> counters = registry.find(each.meter()).counters();
        return counters.stream()
                .collect(
                        Collectors.groupingBy(
                                counter -> line(each, counter),
                                Collectors.summingLong(counter -> Math.round(counter.count()))));
    }

    private static String line(CounterSeries each, Counter counter) {
        return each.labels().stream()
                .map(label -> String.valueOf(counter.getId().getTag(label)))
                .collect(Collectors.joining("/"));
    }

    private static Minute between(Reading begin, Reading end) {
        Map<CounterSeries, Map<String, Long>> more = new HashMap<>();
        end.counts()
                .forEach(
                        (each, lines) ->
                                more.put(
                                        each,
                                        difference(
                                                begin.counts().getOrDefault(each, Map.of()),
                                                lines)));
        return new Minute(begin.at(), more, end.latencies().since(begin.latencies()));
    }

    private static Map<String, Long> difference(Map<String, Long> before, Map<String, Long> after) {
        Map<String, Long> more = new HashMap<>();
        after.forEach(
                (line, total) -> {
                    long counted = total - before.getOrDefault(line, 0L);
                    if (counted > 0) {
                        more.put(line, counted);
                    }
                });
        return more;
    }

    /** With the running minute, the oldest first. */
    synchronized Minutes minutes() {
        List<Minute> all = new ArrayList<>(past);
        all.add(between(begin, read()));
        return new Minutes(all);
    }

    /** What the counters did in each minute. */
    final class Minutes {
        private final List<Minute> minutes;

        private Minutes(List<Minute> minutes) {
            this.minutes = minutes;
        }

        /**
         * For each series that counted anything the numbers of its lines, the oldest minute first,
         * the running one last.
         */
        Map<String, Object> state() {
            Map<String, Object> state = new LinkedHashMap<>();
            state.put("began", minutes.stream().map(minute -> minute.began().toString()).toList());
            series.forEach(each -> state.put(each.name(), lines(each)));
            return state;
        }

        private Map<String, List<Long>> lines(CounterSeries each) {
            Map<String, List<Long>> lines = new TreeMap<>();
            minutes.stream()
                    .flatMap(minute -> minute.of(each).keySet().stream())
                    .forEach(line -> lines.computeIfAbsent(line, any -> counts(each, any)));
            return lines;
        }

        private List<Long> counts(CounterSeries each, String line) {
            return minutes.stream().map(minute -> minute.of(each).getOrDefault(line, 0L)).toList();
        }

        /** How long requests to the upstream took in the last minutes. */
        Latencies latencies() {
            return minutes.stream()
                    .skip(Math.max(0, minutes.size() - MINUTES_OF_LATENCY))
                    .map(Minute::latencies)
                    .reduce(Latencies.NONE, Latencies::and);
        }
    }
}
