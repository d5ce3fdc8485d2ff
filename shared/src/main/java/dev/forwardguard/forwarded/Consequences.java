package dev.forwardguard.forwarded;

/**
 * What a guard cannot do as long as the gateway does not tell it about visitors.
 *
 * @param oneAddress what comes of it that all visitors count as one
 * @param withoutTls what comes of it that none seems to use TLS; a sentence
 */
public record Consequences(String oneAddress, String withoutTls) {}
