/**
 * YAML as values that know where they stand. Scalars stay text, as they are written: which of them
 * is a number or a name is for the model to say. Everything that Traefik's YAML reader and ours
 * could understand differently is a problem: tags, several documents, templates, repeated keys.
 */
@NullMarked
package dev.forwardguard.edge.routes.yaml;

import org.jspecify.annotations.NullMarked;
