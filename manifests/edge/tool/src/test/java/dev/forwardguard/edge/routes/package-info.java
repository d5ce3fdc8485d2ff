/** Tests of files, checks and keys. */
@NullMarked
package dev.forwardguard.edge.routes;

import org.jspecify.annotations.NullMarked;
