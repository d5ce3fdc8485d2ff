package dev.forwardguard.testing.guard;

import dev.forwardguard.testing.Behaviour;

import java.util.Set;

/**
 * One way in which an upstream gives no verdict.
 *
 * @param what the upstream does, without its subject: "hangs in the body"
 * @param reasons the labels of the reasons that a guard may give; more than one where only a race
 *     decides
 */
public record Fault(String what, Set<String> reasons, Behaviour behaviour) {
    Fault(String what, String reason, Behaviour behaviour) {
        this(what, Set.of(reason), behaviour);
    }

    @Override
    public String toString() {
        return what;
    }
}
