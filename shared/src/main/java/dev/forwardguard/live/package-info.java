/**
 * Values that change while the guard runs, such as settings and credentials.
 *
 * <p>A {@link dev.forwardguard.live.LiveValue} holds the last good parsed value. A source offers it
 * content; the one in this package is a file, {@link dev.forwardguard.live.FollowedFile}. Content
 * that does not parse is rejected as a whole, counted and logged once per revision, and the last
 * good value stays in force. Readers call {@code get()} on every request, which is one volatile
 * read.
 */
@NullMarked
package dev.forwardguard.live;

import org.jspecify.annotations.NullMarked;
