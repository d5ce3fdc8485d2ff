/**
 * The config service: values that change while the guard runs.
 *
 * <p>A {@link dev.forwardguard.live.LiveValue} holds the last good parsed value. A source (here a
 * file, {@link dev.forwardguard.live.FollowedFile}) offers it content; content that does not parse
 * is refused as a whole, counted and logged once per revision, and the last good value stays in
 * force. Readers call {@code get()} on every request: it is one volatile read.
 */
@NullMarked
package dev.forwardguard.live;

import org.jspecify.annotations.NullMarked;
