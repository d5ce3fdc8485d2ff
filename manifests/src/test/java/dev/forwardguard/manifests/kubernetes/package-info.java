/**
 * authentik-guard against a real API server: {@link FollowedCluster} runs the server, applies what
 * the manifests render, and runs the guard with a token like that of a pod. {@link Logins} never
 * stop meanwhile, whatever happens to the server, and none may get a wrong answer.
 */
@NullMarked
package dev.forwardguard.manifests.kubernetes;

import org.jspecify.annotations.NullMarked;
