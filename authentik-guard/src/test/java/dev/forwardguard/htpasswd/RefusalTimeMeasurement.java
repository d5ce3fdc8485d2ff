package dev.forwardguard.htpasswd;

import static dev.forwardguard.htpasswd.Presented.credentials;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;

/**
 * Whether the time of a refusal tells who exists and how his password is stored: 2,000 refusals
 * each of a bcrypt user, one of a lower cost, a {@code {SHA}} user and unknown ones, in random
 * order, each pair compared by the rank sum test of Mann and Whitney. A |z| below 3.3 (p = 0.001)
 * means that 2,000 samples do not tell them apart. A program and no test: it asserts nothing about
 * time, and only runs when it is named.
 *
 * <p>{@code mvn -pl shared,authentik-guard test -Dtest=RefusalTimeMeasurement
 * -Dsurefire.failIfNoSpecifiedTests=false}
 */
class RefusalTimeMeasurement {
    private static final int SAMPLES = 2000;
    private static final long SEED = 20_261_121;

    /** bcrypt at cost 6: at 12 this would take an hour. */
    private static final Htpasswd USERS =
            PasswordFile.of(
                    "bcrypt:$2y$06$sEkOBuSwKi4WiRPorNjJK.jfsJaiIaSkH/GxfJ/41LlGA//4hNrEO",
                    "cheaper:$2y$04$sEkOBuSwKi4WiRPorNjJK.jfsJaiIaSkH/GxfJ/41LlGA//4hNrEO",
                    "sha:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=");

    private static final List<String> KINDS = List.of("bcrypt", "cheaper", "sha", "?");

    @Test
    void printsHowWellRefusalsCanBeToldApart() {
        measure(SAMPLES / 10, kind -> KINDS.get(kind)); // the compiler warms up
        double[][] micros = measure(SAMPLES, kind -> KINDS.get(kind));
        for (int kind = 0; kind < KINDS.size(); kind++) {
            double[] sorted = micros[kind].clone();
            Arrays.sort(sorted);
            System.out.printf(
                    "%-8s median %.1f us, p90 %.1f us%n",
                    KINDS.get(kind), sorted[SAMPLES / 2], sorted[SAMPLES * 9 / 10]);
            for (int other = 0; other < kind; other++) {
                System.out.printf(
                        "  and %-8s z = %+.2f%n",
                        KINDS.get(other), rankSum(micros[kind], micros[other]));
            }
        }
    }

    private static double[][] measure(int samples, IntFunction<String> users) {
        Random random = new Random(SEED);
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < samples * KINDS.size(); i++) {
            order.add(i % KINDS.size());
        }
        java.util.Collections.shuffle(order, random);
        double[][] micros = new double[KINDS.size()][samples];
        int[] taken = new int[KINDS.size()];
        for (int kind : order) {
            String name = users.apply(kind);
            String user = name.equals("?") ? "unknown" + random.nextInt() : name;
            Credentials wrong = credentials(user, "guess" + random.nextInt());
            long begun = System.nanoTime();
            boolean right = USERS.authenticate(wrong);
            micros[kind][taken[kind]++] = (System.nanoTime() - begun) / 1e3;
            if (right) {
                throw new IllegalStateException("a guess was right");
            }
        }
        return micros;
    }

    /** The normal approximation of Mann and Whitney's U. */
    private static double rankSum(double[] one, double[] other) {
        long above = 0;
        double[] sorted = other.clone();
        Arrays.sort(sorted);
        for (double value : one) {
            int at = Arrays.binarySearch(sorted, value);
            above += at < 0 ? -at - 1 : at;
        }
        double n = one.length;
        double m = other.length;
        return (above - n * m / 2) / Math.sqrt(n * m * (n + m + 1) / 12);
    }
}
