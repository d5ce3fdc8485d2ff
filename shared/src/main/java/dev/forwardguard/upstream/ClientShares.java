package dev.forwardguard.upstream;

/**
 * How the places for upstream requests are shared between client addresses.
 *
 * @param each how many requests of one address may be in flight
 * @param inFlight how many requests are in flight in total
 * @param addresses how many addresses have requests in flight that count
 * @param limited whether the last request came from an address that has a share. If never, the
 *     guard does not see the visitors' addresses, and only the total is limited
 */
public record ClientShares(int each, int inFlight, int addresses, boolean limited) {}
