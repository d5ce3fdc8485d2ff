package dev.forwardguard.manifests.load;

import dev.forwardguard.testing.Answer;
import dev.forwardguard.testing.RawAnswer;

import java.util.ArrayList;
import java.util.List;

/** One question, and what the upstream really said to it; more than once if the guard retried. */
final class TrackedRequest {
    /** Names the question on its way to the upstream. */
    static final String NUMBER = "X-Soak-Request";

    /** Names the verdict on its way back. */
    static final String VERDICT = "X-Soak-Verdict";

    /** What the visitor shows for Emergency Access. */
    enum Credentials {
        NONE,
        WRONG,
        RIGHT,
        /** The right ones, but not over TLS. */
        RIGHT_IN_CLEAR
    }

    private final String number;
    private final Credentials credentials;
    private final List<Answer> verdicts = new ArrayList<>(1);
    private final List<String> faults = new ArrayList<>(0);

    TrackedRequest(String number, Credentials credentials) {
        this.number = number;
        this.credentials = credentials;
    }

    String number() {
        return number;
    }

    Credentials credentials() {
        return credentials;
    }

    /** To be called before the first byte of the verdict is sent. */
    synchronized void gets(Answer verdict) {
        verdicts.add(verdict);
    }

    /** To be called before the first byte of something that is no verdict. */
    synchronized void suffers(String fault) {
        faults.add(fault);
    }

    /** Whether the upstream said exactly this to exactly this question. */
    synchronized boolean got(RawAnswer answer) {
        return verdicts.stream().anyMatch(verdict -> isSame(verdict, answer));
    }

    /** Whether nothing but verdicts was said to it. */
    synchronized boolean gotOnlyVerdicts() {
        return !verdicts.isEmpty() && faults.isEmpty();
    }

    private static boolean isSame(Answer verdict, RawAnswer answer) {
        return answer.status() == verdict.status()
                && answer.body().equals(verdict.body())
                && answer.headers(VERDICT).equals(List.of(verdict.headers().getFirst().value()));
    }

    @Override
    public synchronized String toString() {
        return "%s (credentials %s; verdicts %s; faults %s)"
                .formatted(
                        number,
                        credentials,
                        verdicts.stream().map(verdict -> "" + verdict.status()).toList(),
                        faults);
    }
}
