/**
 * Reads the users of Emergency Access from a Secret. This is the only package that talks to the API
 * server. Start with {@link dev.forwardguard.kubernetes.SecretWatch}: on its own thread, it lists
 * and then watches the Secret. {@link dev.forwardguard.kubernetes.SecretContent} applies what it
 * finds to the live value.
 *
 * <p>RBAC: {@code list} and {@code watch} on {@code secrets}, with the Secret's name in {@code
 * resourceNames}. Kubernetes grants that only to requests whose field selector is {@code
 * metadata.name=NAME}, so every request has it, and {@code get} is not needed.
 *
 * <p>Absent is not unreachable. A Secret that is gone (an empty list, an event {@code DELETED}) is
 * revoked after the deletion grace, even if the API server has become unreachable by then. Every
 * other failure keeps the last good credentials for as long as it lasts:
 *
 * <ul>
 *   <li>401: the token is read from its file for every request, so the guard retries at once with
 *       the current token. After a second 401 in a row it waits.
 *   <li>403: RBAC is missing or was removed, or the API server has only just started. The pause
 *       between retries grows to two seconds.
 *   <li>404: something else answers at the address of the API server.
 *   <li>410: the revision to watch from is too old. The guard lists again at once.
 *   <li>Disconnect: there is a list before each watch, so no change is missed, and revisions may
 *       start over after a restore. A watch that ends within a second counts as a failure;
 *       otherwise the guard would reconnect without a pause to a server that closes each watch.
 *   <li>Half-open connection: the server ends each watch within a minute. After slightly more than
 *       a minute without bytes, the connection counts as dead.
 *   <li>TLS: the client is rebuilt when the CA file has changed.
 * </ul>
 *
 * <p>Content, tokens and exception messages never appear in a log. Failures are logged as {@link
 * dev.forwardguard.kubernetes.ListWatchResult}.
 */
@NullMarked
package dev.forwardguard.kubernetes;

import org.jspecify.annotations.NullMarked;
