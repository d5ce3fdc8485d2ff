/**
 * The life of the process: how it starts, completely or with one readable line, how it is put
 * together, and how it drains and ends.
 */
@NullMarked
package dev.forwardguard.runtime;

import org.jspecify.annotations.NullMarked;
