package dev.forwardguard.manifests.load;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

/** The questions under way, by the number that each carries to the upstream and back. */
final class Ledger {
    private final AtomicLong numbers = new AtomicLong();
    private final ConcurrentMap<String, Question> underWay = new ConcurrentHashMap<>();

    /** A new question. */
    Question open(Question.Credentials credentials) {
        var question = new Question("q" + numbers.incrementAndGet(), credentials);
        underWay.put(question.number(), question);
        return question;
    }

    /** Somebody's question; one that nobody waits for any more if it is not under way. */
    Question find(String number) {
        return underWay.getOrDefault(number, new Question(number, Question.Credentials.NONE));
    }

    void close(Question question) {
        underWay.remove(question.number());
    }
}
