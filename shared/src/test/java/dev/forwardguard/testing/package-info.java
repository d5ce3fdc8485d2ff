/**
 * Everything a guard can meet, for the tests of both guards. {@link StubUpstream} is an upstream
 * that answers, stalls, drips, breaks off or lies as its {@link Behaviour} says; {@link
 * RefusingPort} and {@link BlackholePort} are upstreams that are not there; {@link StubDns} makes
 * names slow, unknown or moving for the whole JVM. {@link RawHttp} plays Traefik, and keeps every
 * byte of what it is told.
 *
 * <p>Text on the wire is a {@code String} of Latin-1 throughout: one char is one octet, nothing is
 * decoded or repaired on the way. Every wait is bounded, and everything that is opened is closed by
 * {@code close}.
 */
@NullMarked
package dev.forwardguard.testing;

import org.jspecify.annotations.NullMarked;
