/**
 * What {@code kubectl apply -k} would apply, and a Traefik with that: {@link Kustomization} renders
 * a directory of {@code manifests}, {@link Rendered} has its objects, and {@link HomelabTraefik}
 * and {@link TraefikUnderLoad} run a real Traefik with the middlewares and routes among them.
 */
@NullMarked
package dev.forwardguard.servers.rendered;

import org.jspecify.annotations.NullMarked;
