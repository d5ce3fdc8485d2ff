/**
 * How a guard sits on Micronaut's server: decisions become responses without a detour through its
 * codecs, requests that cannot be read still get the guard's own answer, and what goes wrong at the
 * start is one readable line.
 */
@NullMarked
package dev.forwardguard.server;

import org.jspecify.annotations.NullMarked;
