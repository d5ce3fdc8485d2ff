package dev.forwardguard.htpasswd;

import static dev.forwardguard.htpasswd.Presented.credentials;

import org.junit.jupiter.api.Test;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;

/**
 * Measures whether the time of a failed login reveals which users exist and how their passwords are
 * stored. It times 2,000 failed logins each of a user of every algorithm, of users with cheaper
 * hashes, and of unknown users, in random order, and compares each pair with the Mann-Whitney rank
 * sum test. A |z| below 4.1 means that 2,000 samples do not distinguish the pair (p = 0.001 for all
 * 28 pairs together, with Bonferroni correction). This is a program, not a test: it asserts nothing
 * about time, and runs only when named explicitly.
 *
 * <p>{@code mvn -pl shared,authentik-guard test -Dtest=RefusalTimeMeasurement
 * -Dsurefire.failIfNoSpecifiedTests=false}
 */
class RefusalTimeMeasurement {
    private static final int SAMPLES = 2000;

    /** CPU time is stricter than wall-clock time: load of other processes hides no difference. */
    private static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean();

    private static final long SEED = 20_261_121;

    /**
     * bcrypt at cost 6: at 12 this would take two hours, and would rather hide a difference of a
     * millisecond than show it.
     */
    private static final Htpasswd USERS =
            PasswordFile.of(
                    "bcrypt:$2y$06$sEkOBuSwKi4WiRPorNjJK.jfsJaiIaSkH/GxfJ/41LlGA//4hNrEO",
                    "cheaper:$2y$04$sEkOBuSwKi4WiRPorNjJK.jfsJaiIaSkH/GxfJ/41LlGA//4hNrEO",
                    "sha:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=",
                    "apr1:$apr1$WYdQo.A2$ujs72eVNZf54hFAzgEAMr.",
                    "sha256:$5$WYdQo.A2WYdQo.A2$uG6QUkQLvVEQAyHh/4Uv2sB.Q7quDaD3WLgA739/fB6",
                    "fewer:$5$rounds=1234$nrGoTTM9N.xawZuU$uG6QUkQLvVEQAyHh/4Uv2sB.Q7quDaD3WLgA739/fB6",
                    "sha512:$6$WYdQo.A2WYdQo.A2$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1");

    private static final List<String> KINDS =
            List.of("bcrypt", "cheaper", "sha", "apr1", "sha256", "fewer", "sha512", "?");

    /** Above this |z|, two kinds can be distinguished. */
    private static final double CRITICAL_Z = 4.1;

    @Test
    void printsTimingDifferences() {
        measure(SAMPLES / 10, kind -> KINDS.get(kind)); // warms up the compiler
        double[][] micros = measure(SAMPLES, kind -> KINDS.get(kind));
        System.out.printf("%d failed logins of each kind%n", SAMPLES);
        for (int kind = 0; kind < KINDS.size(); kind++) {
            double[] sorted = micros[kind].clone();
            Arrays.sort(sorted);
            System.out.printf(
                    "%-8s median %.1f us, p90 %.1f us%n",
                    KINDS.get(kind), sorted[SAMPLES / 2], sorted[SAMPLES * 9 / 10]);
            for (int other = 0; other < kind; other++) {
                double z = rankSum(micros[kind], micros[other]);
                System.out.printf(
                        "  and %-8s z = %+.2f%s%n",
                        KINDS.get(other), z, Math.abs(z) > CRITICAL_Z ? " DIFFERENT" : "");
            }
        }
    }

    private static double[][] measure(int samples, IntFunction<String> users) {
        Random random = new Random(SEED);
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < samples * KINDS.size(); i++) {
            order.add(i % KINDS.size());
        }
        Collections.shuffle(order, random);
        double[][] micros = new double[KINDS.size()][samples];
        int[] taken = new int[KINDS.size()];
        for (int kind : order) {
            String name = users.apply(kind);
            String user = name.equals("?") ? "unknown" + random.nextInt() : name;
            Credentials wrong = credentials(user, "guess" + random.nextInt());
            long begun = CLOCK.getCurrentThreadCpuTime();
            boolean right = USERS.authenticate(wrong);
            micros[kind][taken[kind]++] = (CLOCK.getCurrentThreadCpuTime() - begun) / 1e3;
            if (right) {
                throw new IllegalStateException("a wrong password was accepted");
            }
        }
        return micros;
    }

    /** The normal approximation of the Mann-Whitney U. */
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
