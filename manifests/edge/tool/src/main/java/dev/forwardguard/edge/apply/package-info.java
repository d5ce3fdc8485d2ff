/**
 * The difference between files and etcd, and how to write it so that no router is ever without its
 * middlewares. {@link dev.forwardguard.edge.apply.Store} reads and writes the tree, {@link
 * dev.forwardguard.edge.apply.Difference} compares, {@link dev.forwardguard.edge.apply.Phases}
 * orders what does not fit into one transaction.
 */
@NullMarked
package dev.forwardguard.edge.apply;

import org.jspecify.annotations.NullMarked;
