/**
 * Gateways, seen through their canary route: what revision each of them serves. Nothing else tells
 * it: a gateway that refuses a new configuration, or has lost its watch, answers as ever.
 */
@NullMarked
package dev.forwardguard.edge.gateway;

import org.jspecify.annotations.NullMarked;
