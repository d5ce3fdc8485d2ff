/** The subcommands: options, output and exit status. */
@NullMarked
package dev.forwardguard.edge.command;

import org.jspecify.annotations.NullMarked;
