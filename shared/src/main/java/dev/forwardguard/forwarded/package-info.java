/**
 * Whether what gateways say about visitors can be true: their addresses and TLS. A gateway that is
 * set up wrongly answers every request well, and the guard then limits all visitors as one, or has
 * Emergency Access refuse them all in the next outage. {@link
 * dev.forwardguard.forwarded.ForwardedHeaders} tells what the numbers of many requests give away.
 */
@NullMarked
package dev.forwardguard.forwarded;

import org.jspecify.annotations.NullMarked;
