/** Tests of the languages inside of values. */
@NullMarked
package dev.forwardguard.edge.routes.syntax;

import org.jspecify.annotations.NullMarked;
