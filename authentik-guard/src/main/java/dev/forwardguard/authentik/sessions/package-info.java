/**
 * The sessions of authentik that authentik-guard remembers: creates the memory of {@code
 * dev.forwardguard.verdict} and shows it.
 */
@NullMarked
package dev.forwardguard.authentik.sessions;

import org.jspecify.annotations.NullMarked;
