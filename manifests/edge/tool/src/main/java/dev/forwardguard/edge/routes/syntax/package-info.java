/**
 * The languages inside of values: rules, expressions, regular expressions, durations, addresses,
 * PEM. Each is checked as Traefik or Go read it, or more strictly.
 */
@NullMarked
package dev.forwardguard.edge.routes.syntax;

import org.jspecify.annotations.NullMarked;
