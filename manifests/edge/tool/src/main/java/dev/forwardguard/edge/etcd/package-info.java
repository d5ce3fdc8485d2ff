/**
 * A client of etcd's JSON gateway. Members are tried one after another, each for a short time,
 * since a member without a leader does not answer. Requests may therefore reach etcd twice: writes
 * carry comparisons, or change nothing the second time.
 */
@NullMarked
package dev.forwardguard.edge.etcd;

import org.jspecify.annotations.NullMarked;
