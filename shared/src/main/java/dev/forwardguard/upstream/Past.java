package dev.forwardguard.upstream;

import java.time.Duration;

/**
 * Something that has happened.
 *
 * @param ago how long ago, on the monotonic clock
 */
public record Past<T>(T what, Duration ago) {}
