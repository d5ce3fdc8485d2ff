/**
 * Who sent a request: the network address of the visitor, as far as proxies that the operator
 * trusts pass it on. Both guards limit by it how many requests one address may have in flight, and
 * authentik-guard how many wrong passwords may come from it.
 *
 * <p>{@code X-Forwarded-For} is text that visitors write, up to the part that trusted proxies
 * append. Everything here takes it as such: no name is ever resolved, and the work for one request
 * is bounded however long the header is. Beside it is the scheme that the visitor used.
 */
@NullMarked
package dev.forwardguard.client;

import org.jspecify.annotations.NullMarked;
