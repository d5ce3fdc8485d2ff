/**
 * The guards beside what they replace, in numbers: the program behind {@code
 * manifests/local/bench.sh}.
 *
 * <p>{@link Scenario} says what is asked of whom, {@link Contender} who that is, {@link Trial} how
 * it is measured, and {@link Bar} what is expected to come of it. Every round asks all contenders
 * of a scenario, each time another one first; medians are compared.
 */
@NullMarked
package dev.forwardguard.manifests.load.bench;

import org.jspecify.annotations.NullMarked;
