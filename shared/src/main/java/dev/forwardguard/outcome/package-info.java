/**
 * What can come of asking the upstream: produced by {@code upstream}, consumed by a guard. The
 * bottom of the vocabulary: it knows no other package of this project.
 */
@NullMarked
package dev.forwardguard.outcome;

import org.jspecify.annotations.NullMarked;
