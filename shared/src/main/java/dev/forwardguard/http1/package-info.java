/**
 * The heads of messages that have nothing unusual about them, which are nearly all: read from their
 * bytes in one go. Whatever is unusual is left to Netty's decoders, which are slower, and which are
 * what the tests compare with.
 */
@NullMarked
package dev.forwardguard.http1;

import org.jspecify.annotations.NullMarked;
