/**
 * What can come of an upstream request: a verdict, the reason why there is none, or a cancellation.
 *
 * <p>Package {@code upstream} produces outcomes and the guards consume them. This is the bottom
 * layer: it depends on no other package of this project.
 */
@NullMarked
package dev.forwardguard.outcome;

import org.jspecify.annotations.NullMarked;
