/**
 * What people see of a guard at {@code /status}: JSON, and a page for browsers that shows the same.
 * {@link dev.forwardguard.status.StatusPart}s come from the packages that they are about. All of it
 * is numbers, settings and labels, never names, addresses of visitors or passwords.
 */
@NullMarked
package dev.forwardguard.status;

import org.jspecify.annotations.NullMarked;
