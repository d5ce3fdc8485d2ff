/** HTTP requests with a bound on everything: time, size, threads. */
@NullMarked
package dev.forwardguard.edge.http;

import org.jspecify.annotations.NullMarked;
