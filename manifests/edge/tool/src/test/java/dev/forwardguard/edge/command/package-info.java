/** Tests of subcommands. */
@NullMarked
package dev.forwardguard.edge.command;

import org.jspecify.annotations.NullMarked;
