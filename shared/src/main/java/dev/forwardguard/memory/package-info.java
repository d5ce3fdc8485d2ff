/**
 * How much of the heap requests and responses may take, for all connections together.
 *
 * <p>{@link dev.forwardguard.memory.LoadLimits} derives the limits from the heap, {@link
 * dev.forwardguard.memory.BufferBudget} counts the bytes of both the server and the upstream side.
 */
@NullMarked
package dev.forwardguard.memory;

import org.jspecify.annotations.NullMarked;
