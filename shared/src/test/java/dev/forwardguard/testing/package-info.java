/**
 * Fixtures for the tests of both guards: everything that a guard can meet on the network.
 *
 * <p>{@link StubUpstream} is an upstream that answers, stalls, drips, breaks off or sends malformed
 * responses, as its {@link Behaviour} says. {@link RefusingPort} and {@link BlackholePort} are
 * unreachable upstreams. {@link StubDns} makes names slow, unknown or changing for the whole JVM.
 * {@link RawHttp} plays Traefik and keeps every byte that it receives.
 *
 * <p>Text on the wire is always a {@code String} of Latin-1: one char is one octet, and nothing is
 * decoded or repaired on the way. Every wait has a limit, and {@code close} closes everything that
 * was opened.
 */
@NullMarked
package dev.forwardguard.testing;

import org.jspecify.annotations.NullMarked;
