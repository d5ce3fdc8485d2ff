/**
 * How a guard sits on Micronaut's server: questions leave its pipeline before its routing ({@link
 * dev.forwardguard.server.GuardPipeline} has the order of the handlers), requests that cannot be
 * read still get the guard's own answer, and what goes wrong at the start is one readable line.
 */
@NullMarked
package dev.forwardguard.server;

import org.jspecify.annotations.NullMarked;
