/** The program {@code edge-routes}: routes of edge gateways, from files into etcd. */
@NullMarked
package dev.forwardguard.edge;

import org.jspecify.annotations.NullMarked;
