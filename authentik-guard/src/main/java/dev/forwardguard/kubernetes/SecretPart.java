package dev.forwardguard.kubernetes;

import dev.forwardguard.live.LiveValue;

/**
 * A key of the Secret, and the live value that follows its content. Each part is judged by itself:
 * one that is invalid keeps no other from coming into force.
 *
 * @param key in {@code data}
 * @param optional whether a Secret may do without it; the value is then withdrawn, and otherwise
 *     such a Secret is rejected
 */
public record SecretPart(String key, LiveValue<?> value, boolean optional) {}
