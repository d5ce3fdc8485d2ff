package dev.forwardguard.kubernetes;

import dev.forwardguard.live.LiveValue;

/**
 * A key of the Secret, and the live value that follows its content. Each part is judged by itself:
 * one that is invalid keeps no other from coming into force.
 *
 * @param key in {@code data}
 * @param optional whether a Secret may do without it. Its value is then withdrawn as soon as it is
 *     missing or invalid; otherwise the last good one stays in force.
 */
public record SecretPart(String key, LiveValue<?> value, boolean optional) {}
