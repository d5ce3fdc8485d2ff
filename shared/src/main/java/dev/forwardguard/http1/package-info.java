/**
 * The guard's own HTTP/1.1, on bytes and without policy.
 *
 * <p>The fast path parses usual messages, which are nearly all, in one pass: {@link
 * dev.forwardguard.http1.FastRequestParser} and {@link dev.forwardguard.http1.FastResponseParser},
 * both on top of {@link dev.forwardguard.http1.FieldLineParser}. The slow path, for everything
 * unusual, is Netty's decoders. The tests compare the fast path with them. {@link
 * dev.forwardguard.http1.StrictResponseDecoder} combines both for responses. {@link
 * dev.forwardguard.http1.HeaderLineScanner} and {@link dev.forwardguard.http1.ChunkedBody} look at
 * what Netty's request decoder is about to read. {@link dev.forwardguard.http1.RequestHeadEncoder}
 * writes the upstream request.
 */
@NullMarked
package dev.forwardguard.http1;

import org.jspecify.annotations.NullMarked;
