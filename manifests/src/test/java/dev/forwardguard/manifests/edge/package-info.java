/**
 * Edge gateways: a real Traefik with its routes in a real etcd, both with the arguments that the
 * manifests render, and the routes of {@code manifests/edge}.
 */
@NullMarked
package dev.forwardguard.manifests.edge;

import org.jspecify.annotations.NullMarked;
