/**
 * The form of Traefik 3.7's dynamic configuration: which objects and fields there are, and what
 * kind of value each field takes. The facts are a text, {@code traefik-3.7.model}.
 */
@NullMarked
package dev.forwardguard.edge.routes.model;

import org.jspecify.annotations.NullMarked;
