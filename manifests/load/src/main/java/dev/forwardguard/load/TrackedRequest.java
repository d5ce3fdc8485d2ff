package dev.forwardguard.load;

import dev.forwardguard.testing.Answer;
import dev.forwardguard.testing.RawAnswer;

import java.util.ArrayList;
import java.util.List;

/** One auth request, and the upstream's actual responses to it: several if the guard retried. */
final class TrackedRequest {
    /** The header that identifies the request on its way to the upstream. */
    static final String NUMBER = "X-Soak-Request";

    /** The header that identifies the verdict on its way back. */
    static final String VERDICT = "X-Soak-Verdict";

    /** The longest body of a refusal that the guards send on. */
    private static final int LONGEST_BODY = 16 * 1024;

    /** The credentials that the visitor sends for Emergency Access. */
    enum Credentials {
        NONE,
        WRONG,
        RIGHT,
        /** The right credentials, but not over TLS. */
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

    /** Must be called before the first byte of the verdict is sent. */
    synchronized void recordVerdict(Answer verdict) {
        verdicts.add(verdict);
    }

    /** Must be called before the first byte of a response that is not a verdict. */
    synchronized void recordFault(String fault) {
        faults.add(fault);
    }

    /** Returns whether the answer to an auth request is one of the upstream's verdicts. */
    synchronized boolean hasVerdict(RawAnswer answer) {
        return verdicts.stream()
                .anyMatch(verdict -> isSame(verdict, answer) && hasBodyOf(verdict, answer));
    }

    /** Returns whether the upstream sent exactly this page, which is passed through unchanged. */
    synchronized boolean hasPage(RawAnswer answer) {
        return verdicts.stream()
                .anyMatch(page -> isSame(page, answer) && answer.body().equals(page.body()));
    }

    /** Returns whether the upstream answered it, and only with verdicts. */
    synchronized boolean hasOnlyVerdicts() {
        return !verdicts.isEmpty() && faults.isEmpty();
    }

    /** Returns whether the upstream answered it at least once with something else. */
    synchronized boolean hasFaults() {
        return !faults.isEmpty();
    }

    private static boolean isSame(Answer verdict, RawAnswer answer) {
        return answer.status() == verdict.status()
                && answer.headers(VERDICT).equals(List.of(verdict.headers().getFirst().value()));
    }

    /** Of an allow no body is sent on, and instead of a long one the guard's own short page. */
    private static boolean hasBodyOf(Answer verdict, RawAnswer answer) {
        if (verdict.status() < 300) {
            return answer.body().isEmpty();
        }
        return verdict.body().length() <= LONGEST_BODY
                ? answer.body().equals(verdict.body())
                : answer.body().contains("efused") && answer.body().length() < LONGEST_BODY;
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
