/**
 * The way to the API server outside of a cluster: a kubeconfig with a token or a client
 * certificate.
 */
@NullMarked
package dev.forwardguard.kubernetes.kubeconfig;

import org.jspecify.annotations.NullMarked;
