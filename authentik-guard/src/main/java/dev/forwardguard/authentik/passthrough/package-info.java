/**
 * Passes the rest of the outpost through: every request that is not an auth request is streamed to
 * the outpost, and its response back. There is no fallback. Without a response, visitors get a page
 * with 502, 503 or 504.
 */
@NullMarked
package dev.forwardguard.authentik.passthrough;

import org.jspecify.annotations.NullMarked;
