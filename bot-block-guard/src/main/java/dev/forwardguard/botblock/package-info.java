/**
 * The guard between Traefik and Poison Fountain: asks whether a visitor is a bot, and fails open. A
 * bot blocker that is down, slow or broken costs a less careful look at visitors, never the sites;
 * the other layers against bots still work.
 */
@NullMarked
package dev.forwardguard.botblock;

import org.jspecify.annotations.NullMarked;
