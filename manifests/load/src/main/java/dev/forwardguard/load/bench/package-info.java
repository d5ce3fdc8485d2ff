/**
 * The benchmark of the guards against what they replace: the program behind {@code
 * manifests/local/bench.sh}.
 *
 * <p>A {@link Scenario} sends one kind of request to several {@link Contender}s. A {@link Trial}
 * measures one round of one contender, and a {@link Bar} is a limit that the guards must meet.
 * Every round measures all contenders of a scenario, each time starting with another one; medians
 * are compared.
 */
@NullMarked
package dev.forwardguard.load.bench;

import org.jspecify.annotations.NullMarked;
