/**
 * How much of the process's memory requests and responses may take, for all connections together.
 */
@NullMarked
package dev.forwardguard.memory;

import org.jspecify.annotations.NullMarked;
