/**
 * The users of Emergency Access from one Secret, and the only package that knows the API server.
 * Read {@link dev.forwardguard.kubernetes.SecretWatch} first: it lists, then watches, on a thread
 * of its own, and tells {@link dev.forwardguard.kubernetes.SecretContent} what there is; that
 * decides what it means for the live value.
 *
 * <p>RBAC: {@code list} and {@code watch} on {@code secrets}, with the one name in {@code
 * resourceNames}. Kubernetes grants that only to requests whose field selector is {@code
 * metadata.name=NAME}, so every request has it, and {@code get} is not needed.
 *
 * <p>Absent is not unreachable. Gone (an empty list, 404, an event {@code DELETED}) means revoked,
 * after the deletion grace and even if the API server cannot be reached any more by then.
 * Everything else keeps the last good credentials for as long as it takes:
 *
 * <ul>
 *   <li>401: the token is read from its file for every request, so the next one, at once, has the
 *       new one. Two in a row wait.
 *   <li>403: RBAC is missing or was taken away; asked again every two seconds at most.
 *   <li>410: the revision to watch from is too old; listed again at once.
 *   <li>disconnect: a list before each watch, so nothing that happened meanwhile is missed, and
 *       revisions that start anew after a restore do no harm. A watch that ends within a second
 *       counts as a failure, or a server that closes each at once would be asked without a pause.
 *   <li>half open: the server ends each watch within a minute; a minute of silence and a little
 *       more means that nobody is there.
 *   <li>TLS: the client is built again when the file of the CA has changed.
 * </ul>
 *
 * <p>No content, token or exception message goes into a log: they are told by {@link
 * dev.forwardguard.kubernetes.ListWatchResult}.
 */
@NullMarked
package dev.forwardguard.kubernetes;

import org.jspecify.annotations.NullMarked;
