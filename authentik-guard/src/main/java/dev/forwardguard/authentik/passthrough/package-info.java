/**
 * The rest of the outpost: every path that is not an auth request is streamed to it and back. There
 * is no fallback; without an answer visitors get a page with 502, 503 or 504.
 */
@NullMarked
package dev.forwardguard.authentik.passthrough;

import org.jspecify.annotations.NullMarked;
