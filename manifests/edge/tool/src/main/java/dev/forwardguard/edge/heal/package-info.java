/**
 * Replaces gateways that do not follow etcd any more. {@link dev.forwardguard.edge.heal.Heal} is
 * the order of things: which gateways are behind ({@link dev.forwardguard.edge.heal.Observation}),
 * does one that starts now show what etcd has ({@link dev.forwardguard.edge.heal.Trial}), and only
 * then their replacement, by a rollout with surge ({@link dev.forwardguard.edge.heal.Rollout}) or,
 * where there is no surge, one after another ({@link dev.forwardguard.edge.heal.Replacement}).
 *
 * <p>A gateway is behind also when etcd holds one wrong value or when its role was narrowed. One
 * that starts then serves nothing at all, so nothing that serves is stopped before a fresh one was
 * seen with the current routes.
 */
@NullMarked
package dev.forwardguard.edge.heal;

import org.jspecify.annotations.NullMarked;
