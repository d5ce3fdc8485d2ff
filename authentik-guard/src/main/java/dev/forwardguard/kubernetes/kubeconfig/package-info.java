/**
 * Access to the API server from outside of a cluster, with a kubeconfig: a client certificate, a
 * token, an exec plugin, or user name and password.
 */
@NullMarked
package dev.forwardguard.kubernetes.kubeconfig;

import org.jspecify.annotations.NullMarked;
